import { describe, expect, test } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";
import { retryPolicySchema } from "./retry-policy.ts";

describe("retryDelayMs", () => {
  test("caps the delay before it subtracts the jitter", () => {
    const policy = retryPolicySchema.parse({ backoffSeconds: 100, maxBackoffSeconds: 10, jitter: 0.5 });
    // Jitter before the cap would leave every caller at 10 s exactly.
    expect([0, 0.5, 0.999].map((random) => retryDelayMs(policy, 3, random))).toEqual([10_000, 7500, 5005]);
  });

  test("does not subtract jitter from the delay of the error, and caps it too", () => {
    const policy = retryPolicySchema.parse({ backoffSeconds: 1, maxBackoffSeconds: 10, jitter: 1 });
    expect([4000, 10_000, 10_001].map((asked) => retryDelayMs(policy, 1, 0.5, asked))).toEqual([4000, 10_000, 10_000]);
  });
});
