import { expect, test } from "vitest";
import { quotedWords } from "./quoted-words.ts";

test.each([
  ["lines become one", " out of\n\n\tmemory\r\n", "out of memory"],
  ["controls and invisible characters are removed", "a\u001B[2Jb\u202Ec\u0000d", "a [2Jb c d"],
  ["half characters are replaced", "a\uD800b", "a\uFFFDb"],
  ["passwords and keys in addresses are hidden", "no postgres://me:pw@db/x?token=t", "no postgres://…@db/x?token=…"],
  ["a long text is cut", "x".repeat(100_000), `${"x".repeat(500)}…`],
])("%s", (_name, text, words) => {
  expect(quotedWords(text)).toBe(words);
});
