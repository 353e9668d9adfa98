import { afterEach, beforeEach, expect, test } from "vitest";
import { IceError, type RunDispatcher, type RunStore } from "@ice/core";
import { listQueues, listTakenQueues, listWorkers } from "../src/index.ts";
import { continueLater } from "../src/worker/continue-later.ts";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { putOutcome } from "../src/dispatch/placed-jobs.ts";
import { endedJobs } from "../src/dispatch/written-outcomes.ts";
import { checkpoint, ended, newRun, watchfulOwner } from "./sample.ts";
import { postgresFixture, type PostgresFixture } from "./store-fixture.ts";

let fixture: PostgresFixture;
let store: RunStore;
let dispatcher: RunDispatcher;
beforeEach(async () => {
  fixture = await postgresFixture();
  ({ store } = fixture);
  dispatcher = store.dispatcher!;
});
afterEach(() => fixture.close());

const entries = (): Promise<readonly Record<string, unknown>[]> =>
  fixture.query(
    `SELECT workflow_uuid AS id, status, queue_partition_key AS tenant, priority::int FROM ${fixture.schema}_dbos.workflow_status
      ORDER BY created_at, workflow_uuid`,
  );
const states = async (): Promise<unknown[]> => (await entries()).map(({ id, status }) => [id, status]);
const setState = (status: string): Promise<unknown> =>
  fixture.query(`UPDATE ${fixture.schema}_dbos.workflow_status SET status = '${status}'`);

/** A run that workers care for, as it is when one has released it. */
async function released(more: { readonly resumeAt?: number; readonly path?: string } = {}): Promise<void> {
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const { journal } = await store.open("r", watchfulOwner());
  await setState("SUCCESS");
  await journal.append(checkpoint(1));
  await journal.append({ kind: "suspended", at: 2, reason: "waiting", ...more });
}

test("a run is queued together with its ticket, or not at all", async () => {
  await dispatcher.enqueue(newRun("r", { hosted: true }), { priority: 7 });
  expect(await entries()).toEqual([{ id: "1@1", status: "ENQUEUED", tenant: "default", priority: 7 }]);
  expect(await store.summary("r")).toMatchObject({ status: "queued" });
  await expect(dispatcher.enqueue(newRun("r"))).rejects.toMatchObject({ code: "ICE_RUN_EXISTS" });
  await fixture.query(`CREATE FUNCTION ${fixture.schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no tickets today'; END $$`);
  await fixture.query(`CREATE TRIGGER refuse BEFORE INSERT ON ${fixture.schema}_dbos.workflow_status
    FOR EACH ROW EXECUTE FUNCTION ${fixture.schema}.refuse()`);
  await expect(dispatcher.enqueue(newRun("t"))).rejects.toThrow();
  await expect(store.summary("t")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
  expect(await entries()).toHaveLength(1);
});

const inputs = (): Promise<readonly Record<string, unknown>[]> =>
  fixture.query(`SELECT workflow_uuid AS id FROM ${fixture.schema}_dbos.workflow_input`);

test("a queued run that is ended by hand leaves no ticket behind", async () => {
  for (const id of ["cancelled", "waits"]) await dispatcher.enqueue(newRun(id, { hosted: true }));
  const { journal } = await store.open("cancelled", watchfulOwner());
  await journal.append(ended);
  await expect.poll(states).toEqual([["2@1", "ENQUEUED"]]);
  expect(await inputs()).toEqual([{ id: "2@1" }]);
});

test("the ticket of a run stays while a worker executes it", async () => {
  await dispatcher.enqueue(newRun("r", { hosted: true }));
  const { journal } = await store.open("r", watchfulOwner());
  await setState("PENDING");
  await journal.append(ended);
  await store.close();
  expect(await states()).toEqual([["1@1", "PENDING"]]);
});

test("a queue of 100,000 runs of a tenant is full; other tenants are not affected", async () => {
  await dispatcher.enqueue(newRun("r"));
  await fixture.query(`INSERT INTO ${fixture.schema}_dbos.workflow_status
      (workflow_uuid, status, name, queue_name, queue_partition_key, application_name, created_at, updated_at)
    SELECT 'x' || n, 'ENQUEUED', 'ice.run', 'runs', 'default', 'ice', 0, 0 FROM generate_series(2, 100000) AS n`);
  await expect(dispatcher.enqueue(newRun("t"))).rejects.toMatchObject({ code: "ICE_QUEUE_FULL", retryable: true });
  await store.forTenant("other").dispatcher!.enqueue(newRun("t"));
  expect(await listQueues(store)).toMatchObject([{ name: "runs", queued: 100_001, running: 0 }]);
});

test("what is owned, has ended, or is not detached is not handed on", async () => {
  const journal = await store.create(newRun("r", { hosted: true }), watchfulOwner());
  expect(await dispatcher.handOn("r")).toBe(false);
  await journal.append(ended);
  expect(await dispatcher.handOn("r", { detach: true })).toBe(false);
  const other = await store.create(newRun("t"), watchfulOwner());
  await other.append({ kind: "suspended", at: 2, reason: "interrupted" });
  expect(await dispatcher.handOn("t")).toBe(false);
  expect(await entries()).toEqual([]);
  expect(await dispatcher.handOn("t", { detach: true })).toBe(true);
  expect([await states(), (await store.summary("t")).status]).toEqual([[["2@2", "ENQUEUED"]], "queued"]);
  await expect(dispatcher.handOn("missing")).rejects.toMatchObject({ code: "ICE_RUN_NOT_FOUND" });
});

test("a run has one ticket that waits, however often it is handed on", async () => {
  await released();
  for (const delayMs of [60_000, 60_000]) await dispatcher.handOn("r", { delayMs });
  expect(await states()).toEqual([
    ["1@1", "SUCCESS"],
    ["1@2", "DELAYED"],
  ]);
  await dispatcher.handOn("r");
  expect((await states()).at(-1)).toEqual(["1@2", "ENQUEUED"]);
  for (const id of ["1@2.1", "1@2.2"]) {
    await setState("SUCCESS");
    await Promise.all([dispatcher.handOn("r"), dispatcher.handOn("r")]);
    expect((await states()).at(-1)).toEqual([id, "ENQUEUED"]);
  }
  // Of a run that no worker opens, the last tickets are kept.
  for (let more = 0; more < 9; more += 1) {
    await setState("SUCCESS");
    await dispatcher.handOn("r");
  }
  expect(await states()).toEqual([
    ["1@1", "SUCCESS"],
    ["1@2.10", "SUCCESS"],
    ["1@2.11", "ENQUEUED"],
  ]);
});

test("an answer hands a suspended detached run on in its transaction, and hurries the ticket of its deadline", async () => {
  await released();
  await continueLater(dispatchOf(store), "default", "r");
  expect(await states()).toHaveLength(1);
  await fixture.query("UPDATE runs SET resume_at = $1", Date.now() + 1e6);
  await continueLater(dispatchOf(store), "default", "r");
  expect((await states()).at(-1)).toEqual(["1@2", "DELAYED"]);
  const answer = { id: "a#1", path: "a", value: 1, by: null, at: 5 };
  await fixture.query(`ALTER TABLE runs ADD CHECK (ticket <> '1@2' OR signals = 0 OR queue IS NULL)`);
  await expect(store.signal("r", answer)).rejects.toThrow();
  expect(await store.signals("r")).toEqual([]);
  await fixture.query("ALTER TABLE runs DROP CONSTRAINT runs_check");
  await store.signal("r", answer);
  expect(await store.summary("r")).toMatchObject({ status: "queued" });
  // Until it has recorded that it goes on, who waits for it must not take it for suspended.
  await fixture.query("UPDATE runs SET queue = NULL, owner = (SELECT min(id) FROM owners)");
  expect(await store.summary("r")).toMatchObject({ status: "queued" });
  expect((await states()).at(-1)).toEqual(["1@2", "ENQUEUED"]);
});

test("an answer that came while the run was being suspended is not missed", async () => {
  await released();
  await fixture.query("UPDATE runs SET signals = 1");
  expect(await store.summary("r")).toMatchObject({ status: "queued" });
  await continueLater(dispatchOf(store), "default", "r");
  expect((await states()).at(-1)).toEqual(["1@2", "ENQUEUED"]);
});

test("a network goes on whose workflow ended while it was owned, once", async () => {
  await dispatcher.enqueue(newRun("net", { hosted: true, kind: "network" }));
  const startedBy = { runId: "net", path: "a" };
  const { journal } = await store.open("net", watchfulOwner());
  const member = await store.create(newRun("net.a", { hosted: true, startedBy }), watchfulOwner());
  await setState("SUCCESS");
  await member.append(ended);
  await continueLater(dispatchOf(store), "default", "net.a");
  expect(await states()).toEqual([["1@1", "SUCCESS"]]);
  await journal.append({ kind: "suspended", at: 2, reason: "waiting" });
  await continueLater(dispatchOf(store), "default", "net");
  expect((await states()).at(-1)).toEqual(["1@2", "ENQUEUED"]);
  const again = await store.open("net", watchfulOwner());
  await setState("SUCCESS");
  await again.journal.append({ kind: "suspended", at: 3, reason: "waiting" });
  await continueLater(dispatchOf(store), "default", "net");
  expect(await states()).toHaveLength(2);
  // A workflow that ends now hands it on at once.
  await continueLater(dispatchOf(store), "default", "net.a");
  expect((await states()).at(-1)).toEqual(["1@3", "ENQUEUED"]);
});

test("with a run its outcomes, tickets and jobs are deleted", async () => {
  await released();
  const job = { runId: "r", path: "a", type: "tool", attempt: 1, requires: ["gpu"], document: "h", config: {} };
  const abort = new AbortController();
  const placed = dispatcher.place(
    { ...job, context: {}, input: {}, idempotencyKey: "k", callId: "c" } as never,
    abort.signal,
  );
  await expect.poll(states).toHaveLength(2);
  abort.abort();
  expect(await placed).toMatchObject({ error: { code: "ICE_RUN_CANCELLED" } });
  await expect.poll(states).toContainEqual(["1:a:1", "CANCELLED"]);
  await dispatcher.enqueue(newRun("t", { startedAt: 5000 }));
  expect(await fixture.query("SELECT job FROM outcomes")).toEqual([{ job: "1:a:1" }]);
  await store.collect({ endedBefore: 0, idleBefore: 2 });
  expect(await states()).toHaveLength(3);
  await store.collect({ endedBefore: 0, idleBefore: 3 });
  expect(await states()).toEqual([["2@1", "ENQUEUED"]]);
  expect(await fixture.query("SELECT job FROM outcomes")).toEqual([]);
});

test("what other programs have written among tickets and workers is left alone", async () => {
  await dispatcher.enqueue(newRun("r", { startedAt: 5000 }));
  await fixture.query(`INSERT INTO ${fixture.schema}_dbos.workflow_status
      (workflow_uuid, status, name, queue_name, application_name, created_at, updated_at)
    VALUES ('9999999999999999999999@1', 'SUCCESS', 'ice.run', 'runs', 'ice', 0, 0), ('x', 'SUCCESS', 'ice.run', 'runs', 'ice', 0, 0)`);
  await fixture.query(`INSERT INTO owners (id, host, pid, process, lease_ms, lease_until, worker)
    VALUES ('w', 'h', 1, 'p', 1000, now() + interval '1 hour', '{"provides":5}'), ('v', 'h', 1, 'p', 1000, now() + interval '1 hour', '7')`);
  await store.collect({ endedBefore: 0, idleBefore: 0 });
  expect(await states()).toHaveLength(3);
  expect((await listWorkers(store)).map(({ id, provides }) => [id, provides])).toEqual([
    ["v", []],
    ["w", []],
  ]);
  expect([...(await listTakenQueues(store))]).toEqual(["runs"]);
});

test("a run that its process has lost by itself goes on elsewhere at once", async () => {
  const journal = await store.create(newRun("r", { hosted: true }), watchfulOwner());
  await journal.append(checkpoint(1));
  journal.onOwnershipLost!(new IceError("ICE_STORE_UNAVAILABLE", "Something else could not be stored."));
  await continueLater(dispatchOf(store), "default", "r");
  expect(await fixture.query("SELECT owner, epoch FROM runs")).toEqual([{ owner: null, epoch: 1 }]);
  expect(await states()).toEqual([["1@2", "ENQUEUED"]]);
});

test("a job needs no execution if it has an outcome, or its run is over or gone", async () => {
  const { database } = dispatchOf(store).store;
  const journal = await store.create(newRun("r", { hosted: true }), watchfulOwner());
  const jobs = ["1:a:1", "1:b:1", "99:a:1"];
  expect(await endedJobs(database, jobs)).toEqual(["99:a:1"]);
  await putOutcome(database, { job: "1:b:1", row: 1, body: "{}" });
  expect(await endedJobs(database, jobs)).toEqual(["1:b:1", "99:a:1"]);
  await journal.append(ended);
  expect(await endedJobs(database, jobs)).toEqual(jobs);
});

test("a run that waits in the queue is not idle, however long it has not changed", async () => {
  await released();
  await dispatcher.enqueue(newRun("new"));
  expect(await dispatcher.handOn("r")).toBe(true);
  expect(await store.collect({ endedBefore: 0, idleBefore: Date.now() })).toMatchObject({ runs: 0 });
  await store
    .open("r", watchfulOwner())
    .then(({ journal }) => journal.append({ kind: "suspended", at: 3, reason: "waiting" }));
  expect(await store.collect({ endedBefore: 0, idleBefore: Date.now() })).toMatchObject({ runs: 1 });
  expect(await store.summary("new")).toMatchObject({ status: "queued" });
});

test("who waits for a node of a run that was deleted does not wait for ever", async () => {
  await released();
  const waiting = dispatchOf(store).outcomes.of("1:a:1");
  await fixture.query("DELETE FROM runs");
  expect(await waiting).toMatchObject({ error: { code: "ICE_RUN_CANCELLED" } });
});

test("a run that was answered before workers cared for it goes on when they do", async () => {
  const journal = await store.create(newRun("r"), watchfulOwner());
  await journal.append({ kind: "suspended", at: 2, reason: "waiting" });
  await store.signal("r", { id: "a#1", path: "a", value: 1, by: null, at: 5 });
  for (const _ of [1, 2]) {
    await store.hosting.adopt("r");
    expect(await states()).toEqual([["1@2", "ENQUEUED"]]);
  }
});
