import { setTimeout as delay } from "node:timers/promises";
import type { PlacedJob, RunStore } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPostgresRunStore } from "../src/index.ts";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { putOutcome } from "../src/dispatch/placed-jobs.ts";
import { newRun, watchfulOwner } from "./sample.ts";
import { startPostgres, type TestPostgres } from "./start-postgres.ts";

/** For so short a time each statement waits for a store that is away. */
const awayMs = 200;

let postgres: TestPostgres;
let store: RunStore;
beforeEach(async () => {
  postgres = await startPostgres();
  store = await openPostgresRunStore(postgres.url, { awayMs, beatMs: 100 });
  await store.create(newRun("r", { hosted: true }), watchfulOwner());
});
afterEach(async () => {
  await store.close();
  await postgres.close();
});

const place = (path: string, signal = new AbortController().signal) => {
  const job = { runId: "r", path, type: "tool", attempt: 1, requires: ["gpu"], document: "h", config: {} };
  const rest = { context: {}, input: {}, idempotencyKey: "k", callId: "c" };
  return store.dispatcher!.place({ ...job, ...rest } satisfies PlacedJob, signal);
};
const jobs = async () => {
  const sql = "SELECT workflow_uuid AS id, status FROM ice_dbos.workflow_status ORDER BY 1";
  const rows = await dispatchOf(store).database.all<{ id: string; status: string }>(sql);
  return rows.map(({ id, status }) => `${id} ${status}`);
};
const end = (path: string) =>
  putOutcome(dispatchOf(store).database, { job: `1:${path}:1`, row: 1, body: '{"output":1,"usage":{}}' });

test("a node is placed when the store is there again, however long it was away, and once", async () => {
  const before = place("a");
  await expect.poll(jobs).toEqual(["1:a:1 ENQUEUED"]);
  await postgres.stop();
  const meanwhile = place("b");
  await delay(awayMs * 10);
  await postgres.start();
  await expect.poll(jobs).toEqual(["1:a:1 ENQUEUED", "1:b:1 ENQUEUED"]);
  for (const path of ["a", "b"]) await end(path);
  expect(await Promise.all([before, meanwhile])).toEqual([
    { output: 1, usage: {} },
    { output: 1, usage: {} },
  ]);
});

test("a node can be cancelled while the store is away, before it was placed and after", async () => {
  const abort = new AbortController();
  const before = place("a", abort.signal);
  await expect.poll(jobs).toEqual(["1:a:1 ENQUEUED"]);
  await postgres.stop();
  const meanwhile = place("b", abort.signal);
  await delay(awayMs * 3);
  const asked = performance.now();
  abort.abort();
  for (const placed of [before, meanwhile])
    expect(await placed).toMatchObject({ error: { code: "ICE_RUN_CANCELLED" } });
  expect(performance.now() - asked).toBeLessThan(2000 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1));
  await postgres.start();
  await expect.poll(jobs).toEqual([expect.stringContaining("1:a:1")]);
});

test("what else goes wrong is an error at once, and so is a store that is closed", async () => {
  await expect(
    store.dispatcher!.place(
      { ...({ requires: ["gpu"] } as unknown as PlacedJob), runId: "missing" },
      AbortSignal.any([]),
    ),
  ).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  await postgres.stop();
  const placed = place("a");
  placed.catch(() => {});
  await delay(awayMs * 3);
  await store.close();
  await expect(placed).rejects.toMatchObject({ code: "ICE_STORE_UNAVAILABLE" });
});
