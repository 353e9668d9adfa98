import { expect, test } from "vitest";
import { fromStoredText, toStoredText } from "./stored-text.ts";

test("every text can be stored without NUL, and is read as it was", () => {
  const texts = ["", "a", "\0", "a\0\0b", "\u{10FFFF}", "\u{10FFFF}0", "\u{10FFFF}1\0\u{10FFFF}", "0\u{1f9ca}"];
  for (const text of texts) {
    const stored = toStoredText(text);
    expect(stored).not.toContain("\0");
    expect(fromStoredText(stored)).toBe(text);
  }
  expect(new Set(texts.map(toStoredText)).size).toBe(texts.length);
});
