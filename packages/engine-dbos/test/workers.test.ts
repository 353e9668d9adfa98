import { afterEach, beforeEach, expect, test } from "vitest";
import { listQueues, listWorkers } from "../src/index.ts";
import { newAddress } from "./store-fixture.ts";
import { after, startCluster, work, type Cluster } from "./workers.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster(newAddress().url);
});
afterEach(() => cluster.close());

// `workers.long.test.ts` lets workers die, drain and stand still.
test("three workers execute many runs, each node once, and leave nothing taken", async () => {
  await Promise.all([cluster.start(), cluster.start(), cluster.start()]);
  const ids = Array.from({ length: 12 }, (_, at) => `r${at}`);
  await Promise.all(ids.map((id) => cluster.queue(id, [work("a", { ms: 50 }), work("b", { ms: 50 }, after("a"))])));
  for (const id of ids) expect(await cluster.result(id)).toMatchObject({ status: "completed" });
  const begun = cluster.steps({ phase: "begin" });
  expect(begun).toHaveLength(24);
  expect(new Set(begun.map(({ run, path, attempt }) => `${run} ${path} ${attempt}`)).size).toBe(24);
  expect(new Set(begun.map(({ pid }) => pid)).size).toBeGreaterThan(1);
  await expect.poll(() => listQueues(cluster.store)).toMatchObject([{ name: "runs", queued: 0, running: 0 }]);
  expect((await listWorkers(cluster.store)).map(({ runs, jobs }) => [runs, jobs])).toEqual([
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});
