import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startPostgres, type TestPostgres } from "./start-postgres.ts";
import { after, chain, leaseMs, startCluster, work, type Cluster, type WorkerProcess } from "./workers.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ fsync: true });
});
afterAll(() => postgres.close());

let cluster: Cluster;
let schema = 0;
beforeEach(async () => {
  cluster = await startCluster(`${postgres.url}?schema=kill${(schema += 1)}`);
});
afterEach(() => cluster.close());

/** Whether its death would be the third one of a node, which then fails as promised. */
function hasThirdAttempt({ pid }: WorkerProcess): boolean {
  const steps = cluster.steps({ pid, attempt: 3 });
  const ended = new Set(steps.filter(({ phase }) => phase === "end").map(({ run, path }) => `${run} ${path}`));
  return steps.some(({ run, path }) => !ended.has(`${run} ${path}`));
}

interface Death {
  readonly pid: number;
  readonly at: number;
}

/** How long each run of a dead worker had no other one, in milliseconds. */
function takeOvers(runIds: readonly string[], killed: readonly Death[]): number[] {
  return runIds.flatMap((run) => {
    const steps = cluster.steps({ run });
    return killed.flatMap(({ pid, at }) => {
      if (steps.findLast((step) => step.at <= at)?.pid !== pid) return [];
      const next = steps.find((step) => step.at > at && step.pid !== pid);
      return next === undefined ? [] : [next.at - at];
    });
  });
}

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

/** How often workers are killed at random moments; every night more often. */
const deaths = Number(process.env["ICE_TEST_KILLS"] ?? 20);
const deathsOfBatch = 20;
const slowness = Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);

test(`${deaths} random deaths among three workers: every node ends, and none that was recorded runs again`, async () => {
  const workers: WorkerProcess[] = await Promise.all([1, 2, 3].map(() => cluster.start()));
  const wide = Array.from({ length: 20 }, (_, at) => work(`w${at}`, { ms: 400 }, after("root")));
  const shapes = [chain(60, 400), [work("root"), ...wide, ...chain(40, 400)]] as const;
  const killed: Death[] = [];
  const ids: string[] = [];
  while (killed.length < deaths) {
    const batch = Array.from({ length: 6 }, (_, at) => `r${ids.length + at}`);
    ids.push(...batch);
    for (const [at, id] of batch.entries()) await cluster.queue(id, shapes[at % 2]!, { maxConcurrency: 4 });
    const last = Math.min(deaths, killed.length + deathsOfBatch);
    while (killed.length < last) {
      await delay(Math.random() * 600);
      const candidates = workers.filter((worker) => !hasThirdAttempt(worker));
      const victim = candidates[Math.floor(Math.random() * candidates.length)];
      if (victim === undefined) continue;
      workers.splice(workers.indexOf(victim), 1);
      killed.push({ pid: victim.pid, at: Date.now() });
      victim.kill("SIGKILL");
      await victim.ended;
      workers.push(await cluster.start());
    }
    for (const id of batch) expect(await cluster.result(id, 180_000)).toMatchObject({ status: "completed" });
  }
  expect(await repeatedAfterRecord(ids)).toEqual([]);
  const keys = new Map<string, string>();
  for (const { run, path, key } of cluster.steps()) {
    const known = keys.get(`${run} ${path}`) ?? key;
    expect(key).toBe(known);
    keys.set(`${run} ${path}`, known);
  }
  const slowest = Math.max(0, ...takeOvers(ids, killed));
  console.log(`${killed.length} deaths, ${keys.size} nodes, the slowest take-over ${slowest} ms`);
  expect(slowest).toBeLessThan((leaseMs + 2000) * slowness);
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
