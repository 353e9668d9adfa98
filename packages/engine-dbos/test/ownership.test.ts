import { setTimeout as delay } from "node:timers/promises";
import type { RunStore } from "@ice/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { openPostgresRunStore } from "../src/index.ts";
import { startProxy } from "./proxy.ts";
import { checkpoint, newRun, watchfulOwner } from "./sample.ts";
import { reusedSchemas, type PostgresFixture } from "./store-fixture.ts";

const openFixture = reusedSchemas();
let fixture: PostgresFixture;
beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

test("an owner whose lease has ended is replaced, and records nothing any more; its other runs are not affected", async () => {
  const [silent, living] = [watchfulOwner(), watchfulOwner()];
  const first = await fixture.another({ beatMs: 60_000, leaseMs: 2000 });
  const journals = [await first.create(newRun("a"), silent), await first.create(newRun("b"), living)];
  expect((await fixture.store.read("a")).status).toBe("running");
  await expect(fixture.store.open("a", watchfulOwner())).rejects.toMatchObject({ code: "ICE_STORE_OWNED" });
  await delay(2100);
  expect((await fixture.store.read("a")).status).toBe("interrupted");
  const { journal } = await fixture.store.open("a", watchfulOwner());
  expect(journal.epoch).toBe(2);
  const appended = await Promise.allSettled(journals.map((one) => one.append(checkpoint(1))));
  expect(appended).toMatchObject([
    { status: "rejected", reason: { code: "ICE_STORE_FENCED" } },
    { status: "fulfilled" },
  ]);
  expect([silent.lost, living.lost]).toEqual([["ICE_STORE_FENCED"], []]);
  expect((await fixture.store.read("a")).records).toEqual([]);
  expect((await fixture.store.read("b")).records).toEqual([checkpoint(1)]);
});

test("an owner that records nothing is notified of its loss by the next beat", async () => {
  const owner = watchfulOwner();
  await fixture.store.create(newRun("a"), owner);
  await fixture.query("UPDATE runs SET epoch = 2, owner = 'other'");
  await expect.poll(() => owner.lost).toEqual(["ICE_STORE_FENCED"]);
});

test("of several that open a run at once, one owns it", async () => {
  const journal = await fixture.store.create(newRun("a"), watchfulOwner());
  await journal.append({ kind: "suspended", at: 2, reason: "waiting" });
  const others = await Promise.all([fixture.another(), fixture.another(), fixture.another()]);
  const opened = await Promise.allSettled(others.map((store) => store.open("a", watchfulOwner())));
  expect(opened.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const one of opened)
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "ICE_STORE_OWNED" });
  expect(await fixture.query("SELECT epoch FROM runs")).toEqual([{ epoch: 2 }]);
});

test("of several calls in one process that open or create a run at once, one owns it", async () => {
  const { store } = fixture;
  const created = await Promise.allSettled([1, 2, 3].map(() => store.create(newRun("a"), watchfulOwner())));
  const errors = (settled: readonly PromiseSettledResult<unknown>[]): unknown[] =>
    settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: unknown }).code] : []));
  expect(errors(created)).toEqual(["ICE_RUN_EXISTS", "ICE_RUN_EXISTS"]);
  const [first] = created;
  if (first?.status !== "fulfilled") throw new Error("the first call does not own the run");
  await first.value.append({ kind: "suspended", at: 2, reason: "waiting" });
  const opened = await Promise.allSettled([1, 2, 3].map(() => store.open("a", watchfulOwner())));
  expect(errors(opened)).toEqual(["ICE_STORE_OWNED", "ICE_STORE_OWNED"]);
  expect(await fixture.query("SELECT epoch FROM runs")).toEqual([{ epoch: 2 }]);
});

test("an answer from another process reaches the owner before the next beat", async () => {
  const owner = watchfulOwner();
  const patient = await fixture.another({ beatMs: 60_000 });
  await patient.create(newRun("a"), owner);
  // It has looked at its runs on the connection that listens for notes.
  const looks = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT id, epoch, owner, signals%'";
  await expect.poll(() => fixture.query(looks)).not.toEqual([]);
  const began = performance.now();
  await fixture.store.signal("a", { id: "a#1", path: "a", value: 1, by: null, at: 5 });
  await expect.poll(() => owner.signals, { interval: 5 }).toEqual(["a#1"]);
  expect(performance.now() - began).toBeLessThan(1000);
});

test("a row that is not as its owner wrote it is damage, not a loss", async () => {
  const journal = await fixture.store.create(newRun("a"), watchfulOwner());
  await fixture.query("UPDATE runs SET records = 5");
  await expect(journal.append(checkpoint(1))).rejects.toMatchObject({
    code: "ICE_STORE_CORRUPT",
    message: expect.stringContaining('run "a" has 5 records, but its owner wrote 1'),
  });
});

test("a record that cannot be written does not affect the runs that are written with it", async () => {
  const [first, second] = [
    await fixture.store.create(newRun("a"), watchfulOwner()),
    await fixture.store.create(newRun("b"), watchfulOwner()),
  ];
  await fixture.query("INSERT INTO records SELECT id, 1, 1, '', 0 FROM runs WHERE run_id = 'a'");
  const appended = await Promise.allSettled([first.append(checkpoint(1)), second.append(checkpoint(2))]);
  expect(appended).toMatchObject([
    { status: "rejected", reason: { code: "ICE_STORE_CORRUPT" } },
    { status: "fulfilled" },
  ]);
});

test("records, signals and large values that were changed are found when they are read", async () => {
  const { store, query } = fixture;
  const journal = await store.create(newRun("a"), watchfulOwner());
  await journal.append(checkpoint("x".repeat(40_000)));
  await store.signal("a", { id: "s", name: "s", path: "", value: 1, by: null, at: 5 });
  const changes = [
    ["UPDATE records SET body = body || ' ' WHERE seq = 1", "UPDATE records SET body = rtrim(body)", "wrong checksum"],
    ["UPDATE signals SET body = body || ' '", "UPDATE signals SET body = rtrim(body)", "wrong checksum"],
    ["UPDATE runs SET signals = 2", "UPDATE runs SET signals = 1", "1 signals instead of 2"],
    ["UPDATE runs SET workflow = 'other'", "UPDATE runs SET workflow = 'demo'", "listed with different data"],
    ["UPDATE blobs SET content = content || 'x'", undefined, "different hash"],
  ] as const;
  for (const [damage, repair, message] of changes) {
    await query(damage);
    await expect(store.read("a")).rejects.toMatchObject({
      code: "ICE_STORE_CORRUPT",
      message: expect.stringContaining(message),
    });
    if (repair !== undefined) await query(repair);
  }
});

test("a short lease is renewed often enough, so that its process replaces others", async () => {
  const { ownership } = dispatchOf(await fixture.another({ beatMs: undefined, leaseMs: 1500 })).store;
  await ownership.serve({});
  expect(ownership.isSteady).toBe(false);
  await expect.poll(() => ownership.isSteady, { timeout: 10_000 }).toBe(true);
});

describe("a lease is renewed", () => {
  const leaseMs = 3000;

  /** How long its process has not heard from the store, at most, within a time that is longer than the lease; in milliseconds. */
  async function longestSilence(store: RunStore): Promise<number> {
    const { ownership } = dispatchOf(store).store;
    let longest = 0;
    for (let ms = 0; ms < leaseMs * 1.5; ms += 50) {
      longest = Math.max(longest, ownership.silentMs);
      await delay(50);
    }
    return longest;
  }

  test("while the runs are locked", async () => {
    const store = await fixture.another({ beatMs: undefined, leaseMs });
    await store.create(newRun("a"), watchfulOwner());
    await fixture.query("BEGIN");
    await fixture.query("LOCK TABLE runs");
    expect(await longestSilence(store)).toBeLessThan(leaseMs);
    await fixture.query("ROLLBACK");
  });

  test("although its connection has broken down without a word", async () => {
    const proxy = await startProxy(fixture.url);
    proxy.freezeAt(/LISTEN "ice_/);
    const store = await openPostgresRunStore(proxy.url, { leaseMs });
    await store.create(newRun("a"), watchfulOwner());
    expect(await longestSilence(store)).toBeLessThan(leaseMs);
    await store.close();
    await proxy.close();
  });
});

test("a process that has owned a run can become a worker, and stops being one", async () => {
  await fixture.store.create(newRun("a"), watchfulOwner());
  const { ownership } = dispatchOf(fixture.store).store;
  const workers = () => fixture.query("SELECT worker FROM owners WHERE worker IS NOT NULL");
  await ownership.serve({ provides: ["gpu"] });
  expect(await workers()).toEqual([{ worker: { provides: ["gpu"] } }]);
  await ownership.retire();
  expect(await workers()).toEqual([]);
});
