import { setTimeout as delay } from "node:timers/promises";
import type { RunStore } from "@ice/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { openPostgresRunStore } from "../src/index.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { checkpoint, ended, newRun, watchfulOwner } from "./sample.ts";
import { reusedSchemas, type PostgresFixture } from "./store-fixture.ts";

const openFixture = reusedSchemas();
let fixture: PostgresFixture;
let proxy: Proxy;
let store: RunStore;

beforeEach(async () => {
  fixture = await openFixture();
  proxy = await startProxy(fixture.url);
  store = await openPostgresRunStore(proxy.url, { beatMs: 50, awayMs: 5000 });
});
afterEach(async () => {
  await store.close();
  await proxy.close();
  await fixture.close();
});

const valuesIn = async (runId: string): Promise<unknown[]> =>
  (await fixture.store.read(runId)).records.map((record) => ("value" in record ? record.value : record.kind));

/** The statement of commits; the text is sent once for each connection, afterwards only its name. */
const commit = /INSERT INTO records[^]*string_to_array|ice_\d+[^]*demo-value/;

test("a commit whose answer is lost is recognised, and written once", async () => {
  const owner = watchfulOwner();
  const journal = await store.create(newRun("r"), owner);
  await journal.append(checkpoint(1));
  proxy.loseAnswerTo(/demo-value/);
  await journal.append(checkpoint("demo-value"));
  await journal.append(checkpoint(3));
  expect(await valuesIn("r")).toEqual([1, "demo-value", 3]);
  proxy.loseAnswerTo(/"ended"/);
  await journal.append(ended);
  expect((await fixture.store.summary("r")).status).toBe("completed");
  expect([owner.lost, proxy.losses]).toEqual([[], 2]);
});

test("a commit that was lost is written by the next attempt", async () => {
  const journal = await store.create(newRun("r"), watchfulOwner());
  proxy.loseStatement(commit);
  await journal.append(checkpoint("demo-value"));
  expect([await valuesIn("r"), proxy.losses]).toEqual([["demo-value"], 1]);
});

test("runs whose commit was not answered are recognised, also when something else prevents the next attempt", async () => {
  const owner = watchfulOwner();
  const journals = [];
  // The first and the last of them share a lane.
  for (const runId of ["a", "b", "c", "d", "e"]) journals.push(await store.create(newRun(runId), owner));
  const { database } = dispatchOf(store).store;
  const onLane = database.onLane.bind(database);
  const lane = vi.spyOn(database, "onLane");
  lane.mockImplementationOnce(async (work) => {
    await onLane(work);
    throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  });
  lane.mockImplementationOnce(() => Promise.reject(Object.assign(new Error("statement timeout"), { code: "57014" })));
  await Promise.all([journals[0]!.append(checkpoint(1)), journals[4]!.append(checkpoint(2))]);
  expect([await valuesIn("a"), await valuesIn("e"), owner.lost]).toEqual([[1], [2], []]);
});

test("a run that was taken over while the answer was lost belongs to the other", async () => {
  const owner = watchfulOwner();
  const journal = await store.create(newRun("r"), owner);
  proxy.loseStatement(/demo-value/);
  const appended = journal.append(checkpoint("demo-value"));
  await fixture.query("UPDATE runs SET epoch = 2, owner = NULL");
  await expect(appended).rejects.toMatchObject({ code: "ICE_STORE_FENCED" });
  expect(proxy.losses).toBe(1);
  expect(await valuesIn("r")).toEqual([]);
  await delay(10);
  expect(owner.lost).toEqual(["ICE_STORE_FENCED"]);
});

test("a start, a signal, a token and a take-over whose answers are lost are recognised", async () => {
  proxy.loseAnswerTo(/COMMIT/);
  await store.create(newRun("r"), watchfulOwner());
  const signal = { id: "s", name: "paid", path: "", value: 1, by: null, at: 5 };
  proxy.loseAnswerTo(/COMMIT/);
  expect(await store.signal("r", signal)).toEqual({ recorded: true, signal });
  expect(await store.signal("r", signal)).toEqual({ recorded: false, signal });
  const suspended = await store.create(newRun("t"), watchfulOwner());
  await suspended.append({ kind: "suspended", at: 3, reason: "waiting" });
  const known = await store.read("t");
  proxy.loseAnswerTo(/COMMIT/);
  expect((await store.open("t", watchfulOwner(), known)).journal.epoch).toBe(2);
  expect(proxy.losses).toBe(3);
});

test("while the database is away records wait, and nothing is lost or repeated", async () => {
  const owner = watchfulOwner();
  const journal = await store.create(newRun("r"), owner);
  proxy.pause();
  const appended = [journal.append(checkpoint(1)), journal.append(checkpoint(2))];
  const read = store.read("r");
  await delay(300);
  proxy.resume();
  await Promise.all(appended);
  expect((await read).runId).toBe("r");
  expect(await valuesIn("r")).toEqual([1, 2]);
  // Notes reach the owner again, over a new connection.
  await fixture.store.signal("r", { id: "s", name: "paid", path: "", value: 1, by: null, at: 5 });
  await expect.poll(() => owner.signals).toEqual(["s"]);
  expect(owner.lost).toEqual([]);
});

test("a database that stays away is reported, with a fix, and the owner is notified", async () => {
  const impatient = await openPostgresRunStore(proxy.url, { beatMs: 50, awayMs: 100 });
  const owner = watchfulOwner();
  const journal = await impatient.create(newRun("r"), owner);
  proxy.pause();
  const failure = { code: "ICE_STORE_UNAVAILABLE", fix: expect.stringContaining("check that Postgres runs") };
  await expect(journal.append(checkpoint(1))).rejects.toMatchObject(failure);
  await expect(impatient.read("r")).rejects.toMatchObject(failure);
  expect(owner.lost).toEqual(["ICE_STORE_UNAVAILABLE"]);
  // Closing does not wait for it.
  const began = performance.now();
  await impatient.close();
  expect(performance.now() - began).toBeLessThan(5000);
  proxy.resume();
});
