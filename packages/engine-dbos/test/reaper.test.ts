import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunDispatcher, RunStore } from "@ice/core";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { Reaper, type ReplacedOwner } from "../src/worker/reaper.ts";
import { newRun, watchfulOwner } from "./sample.ts";
import { postgresFixture, type PostgresFixture } from "./store-fixture.ts";

let fixture: PostgresFixture;
let store: RunStore;
let dispatcher: RunDispatcher;
let reaper: Reaper;
const replaced: ReplacedOwner[] = [];
beforeEach(async () => {
  fixture = await postgresFixture({ leaseMs: 300 });
  ({ store } = fixture);
  dispatcher = store.dispatcher!;
  reaper = new Reaper(
    dispatchOf(store),
    async () => {},
    (owner) => void replaced.push(owner),
  );
  replaced.length = 0;
});
afterEach(async () => {
  reaper.stop();
  await fixture.close();
});

const states = async (): Promise<unknown[]> => {
  const sql = `SELECT workflow_uuid AS id, status FROM ${fixture.schema}_dbos.workflow_status ORDER BY 1`;
  return (await fixture.query(sql)).map(({ id, status }) => [id, status]);
};
/** As if a worker had claimed everything that waits. */
const claim = (worker: string, agoMs = 0): Promise<unknown> =>
  fixture.query(
    `UPDATE ${fixture.schema}_dbos.workflow_status SET status = 'PENDING', executor_id = $1, updated_at = $2
      WHERE status = 'ENQUEUED'`,
    worker,
    Date.now() - agoMs,
  );
const place = (): Promise<unknown> =>
  dispatcher.place(
    {
      runId: "r",
      path: "a",
      type: "tool",
      attempt: 1,
      requires: ["gpu"],
      document: "h",
      config: {},
      context: {},
      input: {},
      idempotencyKey: "k",
      callId: "c",
    },
    new AbortController().signal,
  );

test("what a dead worker had taken is taken again, and its nodes are lost; the living keep theirs", async () => {
  const { ownership } = dispatchOf(store).store;
  await ownership.serve({});
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const placed = place();
  await expect.poll(states).toHaveLength(2);
  await fixture.query(`INSERT INTO owners (id, host, pid, lease_ms, lease_until)
    VALUES ('dead', 'h', 1, 100, now() - interval '1 second'), ('alive', 'h', 2, 100, now() + interval '1 hour')`);
  await claim("dead");
  await dispatcher.enqueue(newRun("t", { hosted: true }));
  await claim("alive");
  reaper.start();
  expect(await placed).toEqual({ lost: true });
  await expect.poll(states).toEqual([
    ["1:a:1", "CANCELLED"],
    ["1@1", "ENQUEUED"],
    ["2@1", "PENDING"],
  ]);
  await expect.poll(() => fixture.query("SELECT id FROM owners WHERE id = 'dead'")).toEqual([]);
  expect(await fixture.query("SELECT id FROM owners")).toContainEqual({ id: "alive" });
  expect(replaced).toEqual([{ worker: "dead", host: "h", pid: 1, runs: 0, jobs: 1 }]);
});

test("a run that a command had continued goes on too; owners without progress are counted", async () => {
  await dispatchOf(store).store.ownership.serve({});
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  await fixture.query(`UPDATE ${fixture.schema}_dbos.workflow_status SET status = 'SUCCESS'`);
  const die = `WITH o AS (INSERT INTO owners (id, host, pid, lease_ms, lease_until)
    VALUES ('dead', 'h', 1, 100, now() - interval '1 second')) UPDATE runs SET owner = 'dead', epoch = epoch + 1`;
  const takeovers = () => fixture.query("SELECT takeovers FROM runs");
  await fixture.query(die);
  reaper.start();
  await expect.poll(states, { timeout: 5000 }).toContainEqual(["1@2", "ENQUEUED"]);
  await expect.poll(takeovers).toEqual([{ takeovers: 1 }]);
  await expect.poll(() => replaced).toMatchObject([{ worker: "dead", runs: 1, jobs: 0 }]);
  await fixture.query(die);
  await expect.poll(takeovers, { timeout: 5000 }).toEqual([{ takeovers: 2 }]);
  await fixture.query("UPDATE runs SET nodes = 1");
  await fixture.query(die);
  await expect.poll(takeovers, { timeout: 5000 }).toEqual([{ takeovers: 1 }]);
});

test("a sweep gives back what one had taken that has left, after a time", async () => {
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  await claim("gone", 20_000);
  await reaper.sweep();
  expect(await states()).toEqual([["1@1", "PENDING"]]);
  await claim("gone", 40_000);
  await fixture.query(`UPDATE ${fixture.schema}_dbos.workflow_status SET updated_at = updated_at - 20000`);
  await reaper.sweep();
  expect(await states()).toEqual([["1@1", "ENQUEUED"]]);
});

test("a sweep hands on what can go on and has neither an owner nor a ticket", async () => {
  const rows = ["interrupted", "waiting", "due", "woken", "signalled"];
  for (const runId of rows) {
    await dispatcher.enqueue(newRun(runId, { hosted: true }));
    const { journal } = await store.open(runId, watchfulOwner());
    const reason = runId === "interrupted" ? "interrupted" : "waiting";
    await journal.append({ kind: "suspended", at: 2, reason, ...(runId === "due" && { resumeAt: 5 }) });
  }
  await fixture.query(`UPDATE ${fixture.schema}_dbos.workflow_status SET status = 'SUCCESS'`);
  await fixture.query("UPDATE runs SET woken = 1 WHERE run_id = 'woken'");
  await fixture.query("UPDATE runs SET signals = 1 WHERE run_id = 'signalled'");
  await store.create(newRun("owned", { hosted: true }), watchfulOwner());
  const own = await store.create(newRun("other"), watchfulOwner());
  await own.append({ kind: "suspended", at: 2, reason: "interrupted" });
  for (const _ of [1, 2]) {
    await reaper.sweep();
    const tickets = await states();
    expect(tickets.filter((ticket) => (ticket as string[])[1] === "ENQUEUED")).toEqual(
      ["1@2", "3@2", "4@2", "5@2"].map((id) => [id, "ENQUEUED"]),
    );
  }
});

test("a sweep hands on a run that names this process, which does not know that it owns it", async () => {
  const { id } = dispatchOf(store).store.ownership;
  for (const runId of ["unknown", "owned"]) await dispatcher.enqueue(newRun(runId, { hosted: true }));
  const { journal } = await store.open("owned", watchfulOwner());
  await fixture.query(`UPDATE ${fixture.schema}_dbos.workflow_status SET status = 'SUCCESS'`);
  await fixture.query("UPDATE runs SET owner = $1, epoch = 1, status = 'running' WHERE run_id = 'unknown'", id);
  await reaper.sweep();
  expect(await states()).toContainEqual(["1@2", "ENQUEUED"]);
  expect(await fixture.query("SELECT run_id, owner FROM runs ORDER BY id")).toEqual([
    { run_id: "unknown", owner: null },
    { run_id: "owned", owner: id },
  ]);
  await journal.append({ kind: "suspended", at: 2, reason: "waiting" });
});
