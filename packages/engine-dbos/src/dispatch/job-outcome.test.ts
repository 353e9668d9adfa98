import { IceError } from "@ice/core";
import { expect, test } from "vitest";
import { cancelled, decodeOutcome, encodeOutcome, left, lost } from "./job-outcome.ts";

test.each([
  { output: null, usage: {} },
  { output: { deep: ["\u0000\ud800", 1.5e300, { __proto__x: true }] }, usage: { llmCalls: 3 } },
  { lost: true },
  { lost: true, left: true },
] as const)("an outcome comes back as it was: %j", (outcome) => {
  expect(decodeOutcome(encodeOutcome(outcome as never))).toEqual(outcome);
});

test("an error comes back with its code and advice; of its details, what JSON can say", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const options = { fix: "wait", retryable: true, retryAfterMs: 5, path: "a" };
  const [plain, odd] = [{ n: 1 }, circle].map((details) => {
    const error = new IceError("ICE_TIMEOUT", "Too slow.", { ...options, details });
    return decodeOutcome(encodeOutcome({ error, usage: { llmCalls: 2 } }));
  });
  expect(plain).toMatchObject({
    error: { code: "ICE_TIMEOUT", ...options, details: { n: 1 } },
    usage: { llmCalls: 2 },
  });
  expect(odd).toMatchObject({ error: { code: "ICE_TIMEOUT", message: "Too slow.", details: {} } });
});

test("what no worker has written is refused", () => {
  expect([lost, left, cancelled].map(decodeOutcome)).toMatchObject([
    { lost: true },
    { lost: true, left: true },
    { error: { code: "ICE_RUN_CANCELLED" } },
  ]);
  for (const text of ['{"lost":1}', '{"output":1}', "[]", "{", '{"error":{"code":1},"usage":{}}'])
    expect(() => decodeOutcome(text)).toThrow(
      expect.objectContaining({ code: "ICE_STORE_CORRUPT", message: expect.stringContaining("malformed") }),
    );
});
