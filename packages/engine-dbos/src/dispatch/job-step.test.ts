import { expect, test } from "vitest";
import { decodeStep, encodeStep } from "./job-step.ts";

test.each([
  { key: "m1", value: null },
  { key: "t=\u0000\ud800", value: { deep: ["\u0000\ud800", 1.5e300, true] }, usage: { llmCalls: 1, costUsd: 0.1 } },
])("a step comes back as it was: %j", (step) => {
  const text = encodeStep(step);
  expect(decodeStep(text)).toEqual(step);
  // Postgres takes neither in a text.
  for (const forbidden of ["\u0000", "\ud800"]) expect(text).not.toContain(forbidden);
});

test("what no worker has written is refused", () => {
  for (const text of ["[]", '{"key":1,"value":2}', '{"key":"k","value":2,"usage":{"llmCalls":"1"}}'])
    expect(() => decodeStep(text)).toThrow(
      expect.objectContaining({ code: "ICE_STORE_CORRUPT", message: expect.stringContaining("malformed") }),
    );
});
