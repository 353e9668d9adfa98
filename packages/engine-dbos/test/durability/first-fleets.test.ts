import { expect, test } from "vitest";
import { simulateHalf } from "./fleet-seeds.ts";

test("whatever happens to a fleet, its runs are durable, and a seed always produces the same log (first of each two seeds)", async () => {
  expect(await simulateHalf(0)).toBe(1);
}, 600_000);
