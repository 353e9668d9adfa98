import { expect, test } from "vitest";
import { markedParts } from "./marked.tsx";

test("names in backticks are code, and an odd backtick is text", () => {
  expect(markedParts("write `type: tool`, or `type: llm`")).toEqual([
    { text: "write ", isCode: false },
    { text: "type: tool", isCode: true },
    { text: ", or ", isCode: false },
    { text: "type: llm", isCode: true },
  ]);
  expect(markedParts("`ok` and ` alone")).toEqual([
    { text: "ok", isCode: true },
    { text: " and ` alone", isCode: false },
  ]);
  expect(markedParts("")).toEqual([]);
});
