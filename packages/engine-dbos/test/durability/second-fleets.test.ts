import { expect, test } from "vitest";
import { simulateHalf } from "./fleet-seeds.ts";

test("whatever happens to a fleet, its runs are durable, and a seed always produces the same log (second of each two seeds)", async () => {
  expect(await simulateHalf(1)).toBe(1);
}, 600_000);
