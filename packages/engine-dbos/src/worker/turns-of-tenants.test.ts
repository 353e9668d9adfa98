import { expect, test } from "vitest";
import { takeTurns } from "./turns-of-tenants.ts";

interface Queue {
  readonly name: string;
  readonly workerConcurrency: number;
}
type Claim = readonly [executor: string, version: string, tenant: string, running: number];

/** The part of DBOS that claims entries: how many wait of each tenant, and how many this worker executes. */
class Claims {
  readonly waiting: Map<string, number>;
  readonly running: ReadonlyMap<string, number>;
  constructor(waiting: Record<string, number>, running: Record<string, number>) {
    this.waiting = new Map(Object.entries(waiting));
    this.running = new Map(Object.entries(running));
  }
  countRunningWorkflowsForPartition(_queue: string, tenant = ""): number {
    return this.running.get(tenant) ?? 0;
  }
  async getQueuePartitions(_queue: string): Promise<string[]> {
    return [...this.waiting.keys()];
  }
  async findAndMarkStartableWorkflows(...[queue, , , tenant, running]: readonly [Queue, ...Claim]): Promise<string[]> {
    const [slots, waits] = [queue.workerConcurrency, this.waiting.get(tenant) ?? 0];
    const count = Math.min(slots - running, waits);
    this.waiting.set(tenant, waits - count);
    return Array.from({ length: count }, () => tenant);
  }
}

/** One poll, as DBOS does it. @returns how many runs of each tenant were taken, in the order of their turns. */
async function poll(waiting: Record<string, number>, running: Record<string, number> = {}, slots = 10) {
  class Mine extends Claims {}
  const [list, claim] = [Claims.prototype.getQueuePartitions, Claims.prototype.findAndMarkStartableWorkflows];
  Object.assign(Mine.prototype, { getQueuePartitions: list, findAndMarkStartableWorkflows: claim });
  const restore = takeTurns(Mine.prototype as unknown as Parameters<typeof takeTurns>[0], () => 0);
  const dbos = new Mine(waiting, running);
  let used = Object.values(running).reduce((sum, count) => sum + count, 0);
  const taken: Record<string, number> = {};
  for (const tenant of await dbos.getQueuePartitions("runs")) {
    if (used >= slots) break;
    const queue = { name: "runs", workerConcurrency: slots };
    const claimed = await dbos.findAndMarkStartableWorkflows(queue, "w", "v", tenant, used);
    used += claimed.length;
    for (const one of claimed) taken[one] = (taken[one] ?? 0) + 1;
  }
  restore();
  expect(Mine.prototype.findAndMarkStartableWorkflows).toBe(claim);
  return taken;
}

test.each([
  ["alone, a tenant takes all slots", { large: 99 }, {}, { large: 10 }],
  ["several tenants share the slots", { large: 99, small: 99 }, {}, { large: 5, small: 5 }],
  ["what a tenant leaves is taken by the others", { large: 99, small: 2 }, {}, { large: 8, small: 2 }],
  ["so it is in every order", { small: 2, large: 99 }, {}, { small: 2, large: 8 }],
  ["one of whom less is executed comes first", { large: 99, small: 1 }, { large: 9 }, { small: 1 }],
  ["more tenants than slots get one each", { a: 9, b: 9, c: 9 }, { other: 8 }, { a: 1, b: 1 }],
])("%s", async (_name, waiting, running, taken) => {
  expect(await poll(waiting, running)).toEqual(taken);
});
