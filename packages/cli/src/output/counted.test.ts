import { expect, test } from "vitest";
import { counted } from "./counted.ts";

test.each([
  [0, "0 runs"],
  [1, "1 run"],
  [2, "2 runs"],
])("%d is written with the right form of the noun", (count, text) => {
  expect(counted(count, "run")).toBe(text);
});
