import { expect, test } from "vitest";
import { finish } from "../time/steps.ts";
import type { Json } from "./json.ts";
import { replaceTexts, type TextReplacement } from "./replace-texts.ts";

const stars: TextReplacement = { replace: (text) => text.replaceAll("secret", "***"), shortest: 6 };
const replace = (value: Json): Json => finish(replaceTexts(value, stars));

test.each<[Json, Json]>([
  ["a secret", "a ***"],
  [
    ["secret", { a: [{ b: "secrets" }] }, 1],
    ["***", { a: [{ b: "***s" }] }, 1],
  ],
  [
    { secret: 1, other: { secret: "x" } },
    { "***": 1, other: { "***": "x" } },
  ],
  [
    { a: [1, null, true, "secre", "long enough"], secret: 1 },
    { a: [1, null, true, "secre", "long enough"], "***": 1 },
  ],
])("%j becomes %j", (value, expected) => {
  expect(replace(value)).toEqual(expected);
});

test.each<Json>([null, 1, true, "other", [], {}, { a: ["long enough", { long_enough: 1 }] }])(
  "%j stays the same value",
  (value) => expect(replace(value)).toBe(value),
);

test("depth is no matter, and large values take pauses", () => {
  let deep: Json = "secret";
  for (let depth = 0; depth < 1000; depth += 1) deep = [deep];
  expect(JSON.stringify(replace(deep))).toContain("***");
  const steps = replaceTexts(
    Array.from({ length: 10_000 }, (_, index) => ({ index, text: "x".repeat(30) })),
    stars,
  );
  let pauses = 0;
  while (steps.next().done !== true) pauses += 1;
  expect(pauses).toBeGreaterThan(5);
});
