import { expect, test } from "vitest";
import type { QueueLimits } from "./queue-info.ts";
import { limitsOf, parametersOf } from "./queue-limits.ts";

/** What is read of a queue that was stored with these limits. */
function stored(limits: QueueLimits): QueueLimits {
  const { globalConcurrency, workerConcurrency, partitionConcurrency, rateLimit } = parametersOf(limits);
  return limitsOf({ concurrency: globalConcurrency, workerConcurrency, partitionConcurrency, rateLimit });
}

test.each<QueueLimits>([
  {},
  { total: 3 },
  { total: 9, perWorker: 2, perTenant: 4 },
  { perTenant: 20 },
  { perWorker: 5, rate: { count: 10, seconds: 60 } },
])("%o are read as they were set", (limits) => {
  expect(stored(limits)).toEqual(limits);
});

test("a total that is raised does not leave its old value behind as a limit of each tenant", () => {
  expect(parametersOf({ ...stored({ total: 3 }), total: 5 })).toMatchObject({
    globalConcurrency: 5,
    partitionConcurrency: 5,
  });
});
