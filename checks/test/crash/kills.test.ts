import { createRuntime, HumanTaskService, type JournalRecord, type StoredRun } from "@ice/core";
import { initializeOrchestrator, openSqliteRunStore } from "@ice/orchestrator";
import { seededRandom } from "@ice/testing";
import { afterEach, expect, test } from "vitest";
import { chain, randomBlueprint, short, slow } from "./blueprints.ts";
import { killAfter, startWorker, temporaryPlace, type Effect, type Place, type Worker } from "./processes.ts";
import type { WorkerTask } from "./worker.ts";

const places: Place[] = [];
const workers: Worker[] = [];
afterEach(() => {
  // Also one that was stopped: it would keep the test runner.
  for (const worker of workers.splice(0)) worker.process.kill("SIGKILL");
  for (const place of places.splice(0)) place.remove();
});
const work = (task: WorkerTask): Worker => {
  const worker = startWorker(task);
  workers.push(worker);
  return worker;
};
const newPlace = (): Place => {
  const place = temporaryPlace();
  places.push(place);
  return place;
};

async function stored({ db }: Place, runId: string): Promise<StoredRun> {
  const store = await openSqliteRunStore(db);
  try {
    return await store.read(runId);
  } finally {
    await store.close();
  }
}

const outcomes = (records: readonly JournalRecord[]): Map<string, number> =>
  new Map(
    records.flatMap((record) =>
      record.kind === "outcome" && record.node.status === "completed"
        ? [[record.path, record.node.attempts] as const]
        : [],
    ),
  );

/** The promise: nothing recorded is lost or happens again, and what happens again says so. */
function checkPromise(before: StoredRun | undefined, after: StoredRun, effects: readonly Effect[], seen: number): void {
  // Every record that was there is there, in its place.
  if (before !== undefined) expect(after.records.slice(0, before.records.length)).toEqual(before.records);
  // What had an outcome before has no effect afterwards.
  const done = outcomes(before?.records ?? []);
  for (const { path } of effects.slice(seen)) expect(done.has(path), `${path} ran again`).toBe(false);
  const attempts = new Map<string, number>();
  const keys = new Map<string, string>();
  for (const { path, attempt, idempotencyKey } of effects) {
    // A repetition has a higher attempt, and always the same key.
    expect(attempt, `attempt of ${path}`).toBeGreaterThan(attempts.get(path) ?? 0);
    attempts.set(path, attempt);
    expect(keys.get(path) ?? idempotencyKey).toBe(idempotencyKey);
    keys.set(path, idempotencyKey);
  }
}

test.each([
  ["before", 1],
  ["after", 2],
  ["recorded", 1],
] as const)("a process that dies %s the effect of a node: it happens %i times in all", async (place, times) => {
  const { db, effects, effectLines } = newPlace();
  const task = { db, effects, runs: ["r"], blueprint: chain };
  await work({ ...task, dieAt: { place, path: "b" } }).ended;
  const [line] = (await work(task).ended).filter(({ runId }) => runId !== undefined);
  expect(line).toEqual({ runId: "r", status: "completed" });
  const ofB = effectLines().filter(({ path }) => path === "b");
  expect(ofB).toHaveLength(times);
  expect(ofB.map(({ attempt }) => attempt)).toEqual(place === "recorded" ? [1] : place === "after" ? [1, 2] : [2]);
  expect(new Set(ofB.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  expect(effectLines().filter(({ path }) => path === "a")).toHaveLength(1);
});

/** How often processes are killed at random moments; every night more often. */
const deaths = Number(process.env["ICE_TEST_KILLS"] ?? 60);

test(`${deaths} deaths at random moments of a 50-node run with retries and an approval: nothing is lost or done twice`, async () => {
  const random = seededRandom(20_261_124);
  let kills = 0;
  for (let seed = 1; kills < deaths; seed += 1) {
    const place = newPlace();
    const { db, effects } = place;
    const task = { db, effects, runs: ["r"], blueprint: randomBlueprint(seed) };
    let before: StoredRun | undefined;
    let seen = 0;
    for (let status = ""; status !== "completed";) {
      const lines = await killAfter(work(task), kills < deaths ? 5 + random() * 60 : 60_000);
      const last = lines.findLast(({ runId }) => runId !== undefined);
      status = last?.status ?? "";
      expect(last?.error).toBeUndefined();
      if (status === "") kills += 1;
      const after = await stored(place, "r").catch(() => undefined);
      if (after === undefined) continue;
      checkPromise(before, after, place.effectLines(), seen);
      before = after;
      seen = place.effectLines().length;
      if (after.status === "suspended") await approve(db, "r");
    }
    expect(outcomes(before!.records).size).toBe(50);
  }
  console.log(`${kills} kills`);
});

async function approve(db: string, runId: string): Promise<void> {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, store: `sqlite:${db}` });
  await runtime
    .use(HumanTaskService)
    .respond(runId, "approve", { approved: true }, { by: "kim" })
    .catch((error: unknown) => expect(error).toMatchObject({ code: "ICE_REQUEST_CLOSED" }));
  await close();
}

test("an answer counts once, given while no process owns the run, before and after a death", async () => {
  const place = newPlace();
  const task = { db: place.db, effects: place.effects, runs: ["r"], blueprint: randomBlueprint(7) };
  expect((await work(task).ended).at(-1)).toEqual({ runId: "r", status: "suspended" });
  await approve(place.db, "r");
  await approve(place.db, "r"); // too late: refused, and checked to be
  await killAfter(work(task), 10);
  expect((await work(task).ended).at(-1)).toEqual({ runId: "r", status: "completed" });
  const { signals } = await stored(place, "r");
  expect(signals).toHaveLength(1);
});

test("an owner that is stopped past its lease loses the run to another, and records nothing when it wakes", async () => {
  const place = newPlace();
  const task = { db: place.db, effects: place.effects, runs: ["r"], blueprint: slow, leaseMs: 3000 };
  const first = work(task);
  await first.ready;
  await new Promise((resolve) => setTimeout(resolve, 100));
  first.process.kill("SIGSTOP");
  const early = await work(task).ended;
  expect(early.at(-1)).toMatchObject({ error: "ICE_STORE_OWNED" });
  await new Promise((resolve) => setTimeout(resolve, 3500));
  expect((await work(task).ended).at(-1)).toEqual({ runId: "r", status: "completed" });
  const after = await stored(place, "r");
  first.process.kill("SIGCONT");
  expect((await first.ended).at(-1)).toEqual({ runId: "r", error: "ICE_STORE_FENCED" });
  expect((await stored(place, "r")).records).toEqual(after.records);
});

test("a store that is locked and then free again loses nothing that was acknowledged", async () => {
  const place = newPlace();
  const task = { db: place.db, effects: place.effects, runs: ["r"], blueprint: slow };
  const worker = work(task);
  await worker.ready;
  const { DatabaseSync } = await import("node:sqlite");
  const other = new DatabaseSync(place.db, { timeout: 5000 });
  other.exec("BEGIN IMMEDIATE");
  await new Promise((resolve) => setTimeout(resolve, 800));
  other.exec("COMMIT");
  other.close();
  expect((await worker.ended).at(-1)).toEqual({ runId: "r", status: "completed" });
  expect(place.effectLines().map(({ path, attempt }) => [path, attempt])).toEqual([
    ["a", 1],
    ["b", 1],
  ]);
});

test("a storm of restarts: 100 runs, killed again and again, all finish", async () => {
  const place = newPlace();
  const runs = Array.from({ length: 100 }, (_, index) => `run${index}`);
  const task = { db: place.db, effects: place.effects, runs, blueprint: short };
  let kills = 0;
  for (const end = Date.now() + 15_000; Date.now() < end; kills += 1) await killAfter(work(task), 40);
  const lines = (await work(task).ended).filter(({ runId }) => runId !== undefined);
  expect(lines.map(({ status, error }) => error ?? status)).toEqual(runs.map(() => "completed"));
  const effects = place.effectLines();
  for (const runId of runs) {
    const run = await stored(place, runId);
    expect(outcomes(run.records).size).toBe(6);
    checkPromise(
      undefined,
      run,
      effects.filter((effect) => effect.runId === runId),
      0,
    );
  }
  console.log(`${kills} kills of 100 runs`);
});
