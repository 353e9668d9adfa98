import { describe, expect, test } from "vitest";
import { floodWatch } from "./flood-watch.ts";

const mebibyte = 2 ** 20;
const part = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
/** Whether one of the parts is too much. */
const isFlood = (textBytes: number, parts: Iterable<string>): boolean => {
  const isTooMuch = floodWatch(textBytes);
  for (const text of parts) if (isTooMuch(part(text))) return true;
  return false;
};
function* times(count: number, ...parts: readonly string[]): Iterable<string> {
  for (let n = 0; n < count; n += 1) yield* parts;
}

describe("an event without an end", () => {
  test.each([
    ["in one line", ["x".repeat(1000)]],
    ["in many lines", [`data: ${"x".repeat(993)}\n`]],
    ["in lines of another kind", [`data: ${"x".repeat(992)}\r\n`]],
  ])("%s is a flood", (_, parts) => {
    expect(isFlood(1, times(1048, ...parts))).toBe(false);
    expect(isFlood(1, times(1050, ...parts))).toBe(true);
  });
});

describe("events that end are not a flood", () => {
  const data = `data: ${"x".repeat(1000)}`;
  test.each([
    ["line feeds", [`${data}\n\n`]],
    ["carriage returns and line feeds", [`${data}\r\n\r\n`]],
    ["carriage returns", [`${data}\r\r`]],
    ["a blank line in two parts", [`${data}\n`, "\n"]],
    ["a blank line in two parts, of both characters", [`${data}\r\n`, "\r\n"]],
    ["a blank line in three parts", [`${data}\n`, "\r", "\n"]],
    ["a blank line and the next event in one part", [`${data}\n`, `\n${data.slice(0, 500)}`, data.slice(500), "\n\n"]],
  ])("with %s", (_, parts) => {
    expect(isFlood(mebibyte, times(20_000, ...parts))).toBe(false);
  });

  test("until there are more than any answer of that length needs", () => {
    expect(isFlood(1000, times(1000, `${data}\n\n`))).toBe(false);
    expect(isFlood(1000, times(1200, `${data}\n\n`))).toBe(true);
  });
});
