import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
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

/** Whether the death of a worker that stands still would be the third one of a node, which then fails as promised. */
async function hasThirdAttempt(owned: readonly OwnedRun[]): Promise<boolean> {
  for (const { run } of owned) {
    const { records } = await cluster.store.read(run);
    const ended = new Set(records.flatMap((record) => (record.kind === "outcome" ? record.path : [])));
    if (records.some((record) => record.kind === "started" && record.attempt === 3 && !ended.has(record.path)))
      return true;
  }
  return false;
}

interface OwnedRun {
  readonly run: string;
  readonly epoch: number;
}

/** The runs that a worker has, or has taken the tickets of and not opened. */
const ownedBy = async ({ id }: WorkerProcess): Promise<readonly OwnedRun[]> =>
  (await cluster.query(
    `SELECT run_id AS run, epoch FROM runs WHERE owner = $1 OR id IN (
      SELECT split_part(workflow_uuid, '@', 1)::bigint FROM kill${schema}_dbos.workflow_status
        WHERE executor_id = $1 AND status = 'PENDING' AND queue_name = 'runs')`,
    id,
  )) as never;

interface Death {
  readonly at: number;
  readonly owned: readonly OwnedRun[];
}

/** Lets one of the workers die. Undefined if a node would be lost with it for the third time: then it goes on. */
async function killOne(workers: WorkerProcess[]): Promise<Death | undefined> {
  const victim = workers[Math.floor(Math.random() * workers.length)]!;
  victim.kill("SIGSTOP");
  await delay(20); // what it has sent is committed
  const owned = await ownedBy(victim);
  if (await hasThirdAttempt(owned)) {
    victim.kill("SIGCONT");
    return undefined;
  }
  victim.kill("SIGKILL");
  await victim.ended;
  workers.splice(workers.indexOf(victim), 1);
  return { at: Date.now(), owned };
}

/** When each run was taken in each of its epochs. */
class Takings {
  readonly #at = new Map<string, number>();
  #isOver = false;

  /** Looks until the test has ended; more often than a run can change its owner. */
  async watch(): Promise<void> {
    while (!this.#isOver) {
      const sql = "SELECT run_id || ' ' || epoch AS taking, extract(epoch FROM taken_at) * 1000 AS at FROM runs";
      for (const { taking, at } of await cluster.query(sql)) this.#at.set(String(taking), Number(at));
      await delay(50);
    }
  }

  end(): void {
    this.#isOver = true;
  }

  /** How long it took after each death until another worker had a run, in milliseconds. One that has ended had none. */
  after(deaths: readonly Death[]): number[] {
    // Of workers that died before they had opened it, the last one counts.
    const last = new Map(deaths.flatMap(({ at, owned }) => owned.map(({ run, epoch }) => [`${run} ${epoch + 1}`, at])));
    return [...last].flatMap(([taking, at]) => (this.#at.has(taking) ? [this.#at.get(taking)! - at] : []));
  }
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
  const takings = new Takings();
  onTestFinished(() => takings.end());
  const watched = takings.watch();
  while (killed.length < deaths) {
    const batch = Array.from({ length: 6 }, (_, at) => `r${ids.length + at}`);
    ids.push(...batch);
    for (const [at, id] of batch.entries()) await cluster.queue(id, shapes[at % 2]!, { maxConcurrency: 4 });
    const last = Math.min(deaths, killed.length + deathsOfBatch);
    while (killed.length < last) {
      await delay(Math.random() * 600);
      const death = await killOne(workers);
      if (death === undefined) continue;
      killed.push(death);
      workers.push(await cluster.start());
    }
    for (const id of batch) {
      const { status, error } = await cluster.result(id, 180_000);
      expect([id, status, error]).toEqual([id, "completed", undefined]);
    }
  }
  takings.end();
  await watched;
  expect(await repeatedAfterRecord(ids)).toEqual([]);
  const keys = new Map<string, string>();
  for (const { run, path, key } of cluster.steps()) {
    const known = keys.get(`${run} ${path}`) ?? key;
    expect(key).toBe(known);
    keys.set(`${run} ${path}`, known);
  }
  const times = takings.after(killed);
  expect(times).not.toEqual([]);
  const slowest = Math.round(Math.max(...times));
  console.log(
    `${killed.length} deaths, ${keys.size} nodes, ${times.length} runs taken over, the slowest after ${slowest} ms`,
  );
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
