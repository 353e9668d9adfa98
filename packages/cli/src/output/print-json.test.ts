import { expect, test } from "vitest";
import { printJson } from "./print-json.ts";

function print(value: unknown): string[] {
  const writes: string[] = [];
  printJson({ stdout: { write: (text) => void writes.push(text) } } as Parameters<typeof printJson>[0], value);
  return writes;
}

test("a document for people is indented and ends with a line break", () => {
  expect(print({ a: [1] }).join("")).toBe('{\n  "a": [\n    1\n  ]\n}\n');
  expect(print(undefined).join("")).toBe("null\n");
});

test("a long document is not indented, and is written in parts", () => {
  const value = { text: "x".repeat(17_000_000), zeros: [0, 0], end: "\u202E" };
  const writes = print(value);
  expect(Math.max(...writes.map(({ length }) => length))).toBeLessThan(2_000_000);
  const text = writes.join("");
  expect(text).toHaveLength(JSON.stringify(value).length + 5 + 1);
  expect(text.endsWith('[0,0],"end":"\\u202e"}\n')).toBe(true);
});
