import type { RetryPolicy } from "./retry-policy.ts";

/**
 * Delay before retry number `retry` (1 = first retry), in milliseconds.
 *
 * fixed: `b`; linear: `b·n`; exponential: `b·2^(n−1)`; capped at `maxBackoffSeconds`, then scaled into
 * `[1−jitter, 1]` by `random` (0 ≤ random < 1), which is a parameter so that a simulation waits the same time.
 * A `retryAfterMs` carried by the error wins when it is longer, within the same cap.
 */
export function retryDelayMs(policy: RetryPolicy, retry: number, random: number, retryAfterMs = 0): number {
  const capMs = 1000 * policy.maxBackoffSeconds;
  const grownMs = 1000 * growth[policy.backoffStrategy](policy.backoffSeconds, retry);
  const scaled = Math.min(grownMs, capMs) * (1 - policy.jitter * random);
  return Math.round(Math.max(scaled, Math.min(retryAfterMs, capMs)));
}

const growth = {
  fixed: (base: number) => base,
  linear: (base: number, retry: number) => base * retry,
  exponential: (base: number, retry: number) => base * 2 ** (retry - 1),
} satisfies Record<RetryPolicy["backoffStrategy"], (base: number, retry: number) => number>;
