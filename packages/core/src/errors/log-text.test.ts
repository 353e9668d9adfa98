import { expect, test } from "vitest";
import { logText } from "./log-text.ts";

test.each([
  ["plain `a > 1` ä \u{1f9ca}", "plain `a > 1` ä \u{1f9ca}"],
  ["a\nice: forged", "a\\u000aice: forged"],
  ["\r\u001b[2J\u009b", "\\u000d\\u001b[2J\\u009b"],
  ["\u2028\u2029\u202e\u200b\0", "\\u2028\\u2029\\u202e\\u200b\\u0000"],
  ["\ud800", "\\ud800"],
])("%j is one harmless line", (text, line) => {
  expect(logText(text)).toBe(line);
});

test("it is bounded", () => {
  expect(logText("x".repeat(1000))).toBe(`${"x".repeat(200)}…`);
  expect(logText("x".repeat(1000), 500)).toHaveLength(501);
});
