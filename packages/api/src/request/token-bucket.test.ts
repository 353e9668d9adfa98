import { expect, test } from "vitest";
import { TokenBuckets } from "./token-bucket.ts";

test("a bucket is full at first and fills steadily, each key by itself", () => {
  let now = 0;
  const buckets = new TokenBuckets({ perSecond: 10, burst: 2 }, () => now);
  expect([buckets.take("a"), buckets.take("a"), buckets.take("a"), buckets.take("b")]).toEqual([0, 0, 100, 0]);
  now = 50;
  expect(buckets.take("a")).toBe(50);
  now = 100;
  expect([buckets.take("a"), buckets.take("a")]).toEqual([0, 100]);
  now = 60_000;
  expect([buckets.take("a"), buckets.take("a"), buckets.take("a")]).toEqual([0, 0, 100]);
});

test("a clock that goes back takes nothing away", () => {
  let now = 1000;
  const buckets = new TokenBuckets({ perSecond: 1, burst: 2 }, () => now);
  buckets.take("a");
  now = 0;
  expect(buckets.take("a")).toBe(0);
});

test("at most ten thousand keys are kept, those that were used last", () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => 0);
  for (let key = 0; key < 10_001; key += 1) buckets.take(String(key));
  expect([buckets.take("0"), buckets.take("10000")]).toEqual([0, 1000]);
});
