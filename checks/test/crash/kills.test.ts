import { createRuntime, HumanTaskService, type StoredRun } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { seededRandom } from "@ice/testing";
import { expect, test } from "vitest";
import { chain, randomBlueprint, short, slow } from "./blueprints.ts";
import { killAfter, newPlace, startWorker } from "./processes.ts";
import { checkPromise, completedIn } from "./promise.ts";
import { stored } from "./stored-runs.ts";

test.each([
  ["before the effect of a node", [2], "after", "started"],
  ["between the effect of a node and its record", [1, 2], "before", "outcome"],
  ["after the record of an effect", [1], "after", "outcome"],
] as const)("a process that dies %s: the effect happens in attempts %j", async (_name, attempts, place, kind) => {
  const { db, effects, effectLines } = newPlace();
  const task = { db, effects, runs: ["r"], blueprint: chain };
  await startWorker({ ...task, dieAt: { place, at: { kind, path: "b" } } }).ended;
  const [line] = (await startWorker(task).ended).filter(({ runId }) => runId !== undefined);
  expect(line).toEqual({ runId: "r", status: "completed" });
  const ofB = effectLines().filter(({ path }) => path === "b");
  expect(ofB.map(({ attempt }) => attempt)).toEqual(attempts);
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
      const lines = await killAfter(startWorker(task), kills < deaths ? 5 + random() * 60 : 60_000);
      const last = lines.findLast(({ runId }) => runId !== undefined);
      status = last?.status ?? "";
      expect(last?.error).toBeUndefined();
      if (status === "") kills += 1;
      const after = await stored(place, "r").catch(() => undefined);
      if (after === undefined) continue;
      checkPromise({ before, after, effects: place.effectLines(), seen });
      before = after;
      seen = place.effectLines().length;
      if (after.status === "suspended") await approve(db, "r");
    }
    expect(completedIn(before!.records).size).toBe(50);
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
  expect((await startWorker(task).ended).at(-1)).toEqual({ runId: "r", status: "suspended" });
  await approve(place.db, "r");
  await approve(place.db, "r"); // too late: refused, and checked to be
  await killAfter(startWorker(task), 10);
  expect((await startWorker(task).ended).at(-1)).toEqual({ runId: "r", status: "completed" });
  const { signals } = await stored(place, "r");
  expect(signals).toHaveLength(1);
});

test("an owner that is stopped past its lease loses the run to another, and records nothing when it wakes", async () => {
  const place = newPlace();
  const task = { db: place.db, effects: place.effects, runs: ["r"], blueprint: slow, leaseMs: 3000 };
  const first = startWorker(task);
  await first.ready;
  await new Promise((resolve) => setTimeout(resolve, 100));
  first.process.kill("SIGSTOP");
  const early = await startWorker(task).ended;
  expect(early.at(-1)).toMatchObject({ error: "ICE_STORE_OWNED" });
  await new Promise((resolve) => setTimeout(resolve, 3500));
  expect((await startWorker(task).ended).at(-1)).toEqual({ runId: "r", status: "completed" });
  const after = await stored(place, "r");
  first.process.kill("SIGCONT");
  expect((await first.ended).at(-1)).toEqual({ runId: "r", error: "ICE_STORE_FENCED" });
  expect((await stored(place, "r")).records).toEqual(after.records);
});

test("a store that is locked and then free again loses nothing that was acknowledged", async () => {
  const place = newPlace();
  const task = { db: place.db, effects: place.effects, runs: ["r"], blueprint: slow };
  const worker = startWorker(task);
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
  for (const end = Date.now() + 15_000; Date.now() < end; kills += 1) await killAfter(startWorker(task), 40);
  const lines = (await startWorker(task).ended).filter(({ runId }) => runId !== undefined);
  expect(lines.map(({ status, error }) => error ?? status)).toEqual(runs.map(() => "completed"));
  const effects = place.effectLines();
  for (const runId of runs) {
    const run = await stored(place, runId);
    expect(completedIn(run.records).size).toBe(6);
    checkPromise({ after: run, effects: effects.filter((effect) => effect.runId === runId) });
  }
  console.log(`${kills} kills of 100 runs`);
});
