import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "./start-postgres.ts";
import { after, chain, startCluster, work, type Cluster, type WorkerProcess } from "./workers.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.close());

let cluster: Cluster;
let schema = 0;
beforeEach(async () => {
  cluster = await startCluster(`${postgres.url}?schema=kill${(schema += 1)}`);
});
afterEach(() => cluster.close());

/** Nodes that were executed although their outcome had been recorded, as far as the records say. */
async function repeatedAfterRecord(runIds: readonly string[]): Promise<string[]> {
  const repeated: string[] = [];
  for (const runId of runIds) {
    const { records } = await cluster.store.read(runId);
    const outcomes = records.filter(({ kind }) => kind === "outcome") as { path: string; at: number }[];
    expect(new Set(outcomes.map(({ path }) => path)).size).toBe(outcomes.length);
    for (const { path, at } of outcomes)
      if (cluster.steps({ run: runId, path, phase: "begin" }).some((step) => step.at > at + 5))
        repeated.push(`${runId} ${path}`);
  }
  return repeated;
}

test("twenty random deaths among three workers: every node ends, and none that was recorded runs again", async () => {
  const workers: WorkerProcess[] = await Promise.all([1, 2, 3].map(() => cluster.start()));
  const ids = Array.from({ length: 6 }, (_, at) => `r${at}`);
  const wide = Array.from({ length: 20 }, (_, at) => work(`w${at}`, { ms: 400 }, after("root")));
  for (const id of ids)
    await cluster.queue(id, id < "r3" ? chain(60, 400) : [work("root"), ...wide, ...chain(40, 400)], {
      maxConcurrency: 4,
    });
  for (let death = 0; death < 20; death += 1) {
    await delay(Math.random() * 600);
    const [victim] = workers.splice(Math.floor(Math.random() * workers.length), 1);
    victim!.kill("SIGKILL");
    await victim!.ended;
    workers.push(await cluster.start());
  }
  for (const id of ids) expect(await cluster.result(id, 180_000)).toMatchObject({ status: "completed" });
  expect(await repeatedAfterRecord(ids)).toEqual([]);
  const keys = new Map<string, string>();
  for (const { run, path, key } of cluster.steps()) {
    const known = keys.get(`${run} ${path}`) ?? key;
    expect(key).toBe(known);
    keys.set(`${run} ${path}`, known);
  }
});

test("without Postgres for longer than a lease all wait, and nothing runs twice", async () => {
  await Promise.all([cluster.start(), cluster.start(), cluster.start({ provides: ["gpu"] })]);
  const ids = ["a", "b", "c"];
  for (const id of ids)
    await cluster.queue(id, [...chain(8, 300), work("last", { ms: 300 }, { ...after("n7"), requires: ["gpu"] })]);
  await expect.poll(() => cluster.steps({ phase: "end" }).length, { timeout: 20_000 }).toBeGreaterThan(3);
  await postgres.stop();
  await delay(5000);
  await postgres.start();
  for (const id of ids) expect(await cluster.result(id)).toMatchObject({ status: "completed" });
  const begun = cluster.steps({ phase: "begin" });
  expect(begun.map(({ attempt }) => attempt)).toEqual(begun.map(() => 1));
  expect(begun).toHaveLength(27);
});
