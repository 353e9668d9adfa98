import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunDispatcher, RunStore } from "@ice/core";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { openPostgresRunStore } from "../src/index.ts";
import { Reaper, type ReplacedOwner } from "../src/worker/reaper.ts";
import { startProxy } from "./proxy.ts";
import { newRun, watchfulOwner } from "./sample.ts";
import { reusedSchemas, type PostgresFixture } from "./store-fixture.ts";

const openFixture = reusedSchemas();
let fixture: PostgresFixture;
let store: RunStore;
let dispatcher: RunDispatcher;
let reaper: Reaper;
const replaced: ReplacedOwner[] = [];
beforeEach(async () => {
  fixture = await openFixture({ leaseMs: 300 });
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
  expect(replaced).toEqual([{ worker: "dead", host: "h", pid: 1, runs: 1, jobs: 1 }]);
});

test("a look that has waited for the store replaces no one whose lease has ended meanwhile", async () => {
  const proxy = await startProxy(fixture.url);
  const behind = await openPostgresRunStore(proxy.url, { beatMs: 50, leaseMs: 1000 });
  const dispatch = dispatchOf(behind);
  await dispatch.queues.open();
  await dispatch.store.ownership.serve({});
  await expect.poll(() => dispatch.store.ownership.isSteady, { timeout: 5000 }).toBe(true);
  await fixture.query(`INSERT INTO owners (id, host, pid, lease_ms, lease_until)
    VALUES ('alive', 'h', 2, 1000, now() + interval '1 second')`);
  proxy.pause();
  const looking = new Reaper(dispatch, async () => {}).look();
  await delay(1500);
  proxy.resume();
  await looking;
  expect(await fixture.query("SELECT id FROM owners WHERE id = 'alive'")).toEqual([{ id: "alive" }]);
  await behind.close();
  await proxy.close();
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

const steady = async (): Promise<void> => {
  const { ownership } = dispatchOf(store).store;
  await ownership.serve({});
  await expect.poll(() => ownership.isSteady).toBe(true);
};
const die = (owner: string): Promise<unknown> =>
  fixture.query(
    "INSERT INTO owners (id, host, pid, lease_ms, lease_until) VALUES ($1, 'h', 1, 100, now() - interval '1 second')",
    owner,
  );

test("a node keeps its entry until its outcome is committed, so a look that fails loses nothing", async () => {
  await steady();
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const placed = place();
  await expect.poll(states).toHaveLength(2);
  await die("dead");
  await claim("dead");
  await fixture.query(`CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'no'; END $$ LANGUAGE plpgsql`);
  await fixture.query("CREATE TRIGGER refused BEFORE DELETE ON owners FOR EACH ROW EXECUTE FUNCTION refuse()");
  await reaper.look();
  expect(await states()).toContainEqual(["1:a:1", "PENDING"]);
  await fixture.query("DROP TRIGGER refused ON owners");
  await reaper.look();
  expect(await placed).toEqual({ lost: true });
  expect(await states()).toContainEqual(["1:a:1", "CANCELLED"]);
});

test("a node whose entry has ended without an outcome is lost", async () => {
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const placed = place();
  await expect.poll(states).toHaveLength(2);
  await fixture.query(
    `UPDATE ${fixture.schema}_dbos.workflow_status SET status = 'ERROR' WHERE workflow_uuid = '1:a:1'`,
  );
  expect(await placed).toEqual({ lost: true });
});

test("entries of others do not keep dead owners from being replaced", async () => {
  await steady();
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const entry = `INSERT INTO ${fixture.schema}_dbos.workflow_status (workflow_uuid, status, name, executor_id, queue_name, updated_at)
    VALUES ($1, 'PENDING', 'ice.job', 'dead', 'gpu', 1)`;
  for (const id of ["zzz", `${"9".repeat(30)}:a:1`, "-1:a:1"]) await fixture.query(entry, id);
  await die("dead");
  await claim("dead");
  await reaper.look();
  expect(await states()).toContainEqual(["1@1", "ENQUEUED"]);
  expect(await fixture.query("SELECT id FROM owners WHERE id = 'dead'")).toEqual([]);
  await reaper.sweep();
});

test("a run of which workers die before they have opened it is ended after the sixth", async () => {
  await steady();
  for (const runId of ["deadly", "harmless"]) await dispatcher.enqueue(newRun(runId, { hosted: true }));
  for (let times = 1; times <= 6; times += 1) {
    expect((await store.read("deadly")).lostOwners).toBe(times === 1 ? undefined : times - 1);
    await fixture.query("UPDATE runs SET nodes = nodes + 1 WHERE run_id = 'harmless'");
    await die(`dead${times}`);
    await claim(`dead${times}`);
    await reaper.look();
  }
  const { status, records } = await store.read("deadly");
  expect(status).toBe("failed");
  expect(records).toMatchObject([{ kind: "ended", error: { code: "ICE_WORKER_LOST" } }]);
  expect(await store.read("harmless")).toMatchObject({ status: "queued", lostOwners: 1, records: [] });
  await reaper.sweep();
  expect(await states()).toContainEqual(["2@1", "ENQUEUED"]);
});

test("a run that was left does not wait for a ticket of a later time", async () => {
  const ticket = async (): Promise<unknown> => {
    const sql = `SELECT workflow_uuid AS id, status, round((delay_until_epoch_ms - $1) / 60000.0)::integer AS minutes FROM ${fixture.schema}_dbos.workflow_status`;
    return (await fixture.query(sql, Date.now())).at(-1);
  };
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const first = await store.open("r", watchfulOwner());
  await fixture.query(`DELETE FROM ${fixture.schema}_dbos.workflow_status`);
  await first.journal.append({ kind: "suspended", at: 2, reason: "waiting", resumeAt: Date.now() + 3_600_000 });
  await dispatcher.handOn("r", { delayMs: 3_600_000 });
  expect(await ticket()).toMatchObject({ id: "1@2", status: "DELAYED", minutes: 60 });
  await dispatcher.handOn("r", { delayMs: 7_200_000 });
  expect(await ticket()).toMatchObject({ minutes: 60 });
  await dispatcher.handOn("r", { delayMs: 600_000 });
  expect(await ticket()).toMatchObject({ id: "1@2", status: "DELAYED", minutes: 10 });
  await reaper.sweep();
  expect(await ticket()).toMatchObject({ status: "DELAYED" });
  const { journal } = await store.open("r", watchfulOwner());
  await journal.append({ kind: "suspended", at: 2, reason: "interrupted" });
  await reaper.sweep();
  expect(await ticket()).toMatchObject({ id: "1@2", status: "ENQUEUED" });
});
