import { expect, test } from "vitest";
import { changedLines } from "./changed-lines.ts";

const changes = (before: string, after: string): unknown => {
  const found = changedLines(before.split(" "), after.split(" "));
  return found && { added: [...found.added], removed: found.removed };
};

test("lines that are new, changed or gone", () => {
  expect(changes("a b c", "a b c")).toEqual({ added: [], removed: 0 });
  expect(changes("a b c", "a x b c")).toEqual({ added: [1], removed: 0 });
  expect(changes("a b c", "a c")).toEqual({ added: [], removed: 1 });
  expect(changes("a b c", "a x c")).toEqual({ added: [1], removed: 1 });
  expect(changes("a b c d e", "x b d y")).toEqual({ added: [0, 3], removed: 3 });
  expect(changes("a a a", "a a")).toEqual({ added: [], removed: 1 });
});

test("texts that are too long to compare are not", () => {
  const long = (word: string): string[] => Array.from({ length: 1501 }, (_, at) => `${word}${at}`);
  expect(changedLines(long("a"), long("b"))).toBeUndefined();
  expect(changedLines([...long("a"), "x"], [...long("a"), "y"])).toEqual({ added: new Set([1501]), removed: 1 });
});
