import { expect, test } from "vitest";
import { listNames, shorten } from "./shorten.ts";

test("a long value is cut, but never inside a character", () => {
  expect(shorten("x".repeat(200))).toBe("x".repeat(200));
  expect(shorten("x".repeat(900_000))).toBe(`${"x".repeat(200)}…`);
  expect(shorten("a😀b", 2)).toBe("a…");
  expect(shorten("a😀b", 3)).toBe("a😀…");
});

test("a long list names a few and counts the rest", () => {
  expect(listNames(["a", "b"])).toBe("a, b");
  expect(listNames([])).toBe("");
  const names = Array.from({ length: 40_000 }, (_, index) => `p${index}`);
  expect(listNames(names)).toBe("p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, … (39988 more)");
  expect(listNames(["y".repeat(900_000)])).toBe(`${"y".repeat(80)}…`);
});
