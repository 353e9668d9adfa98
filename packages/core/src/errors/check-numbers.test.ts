import { expect, test } from "vitest";
import { checkNumbers } from "./check-numbers.ts";

test.each([
  [Number.NaN, "NaN"],
  [-1, "-1"],
  [2 ** 40, "1099511627776"],
  [Infinity, "Infinity"],
  ["5", '"5"'],
  [null, "not a number"],
])("%s does not bound anything, and is refused", (value, words) => {
  expect(() => checkNumbers("a client", { fine: 1, timeoutMs: value }, { max: 1000 })).toThrowError(
    expect.objectContaining({
      code: "ICE_USAGE",
      message: `The option \`timeoutMs\` of a client is ${words}.`,
      fix: "give it a number from 0 to 1000, or remove it",
    }),
  );
});

test("numbers within the bounds, and undefined values, are accepted", () => {
  checkNumbers("a client", { a: 0, b: Infinity, c: 0.5, d: undefined });
  expect(() => checkNumbers("a client", { a: 0 }, { min: 1 })).toThrowError("is 0");
});
