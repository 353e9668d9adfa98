import assert from "node:assert/strict";
import type { RunStore } from "@ice/core";
import {
  appendAll,
  endedRecord,
  outcomeOf,
  recordingOwner,
  sampleRun,
  sampleSignal,
  suspendedRecord,
} from "./sample-run.ts";
import { anotherOf, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** Longer than an owner takes to notice signals from another process. */
const pollMs = 1000;

const idsIn = async (store: RunStore): Promise<readonly string[]> => (await store.list()).map(({ runId }) => runId);

/** Runs of several tenants in one place. */
export const tenantCases: readonly RunStoreCase[] = [
  {
    name: "a store belongs to the tenant `default`, and is its own store for that tenant",
    async check({ store }) {
      assert.equal(store.tenant, "default");
      assert.equal(store.forTenant("default"), store);
      const acme = store.forTenant("acme");
      assert.deepEqual([acme.tenant, acme.url, acme.durable], ["acme", store.url, store.durable]);
      assert.equal(acme.forTenant("default").tenant, "default");
    },
  },
  {
    name: "the name of a tenant is bounded",
    async check({ store }) {
      for (const tenant of ["0", "a-b", "a".repeat(63)]) assert.equal(store.forTenant(tenant).tenant, tenant);
      for (const tenant of ["", "-a", "A", "a_b", "a.b", "ä", "a\n", "a".repeat(64), undefined, 7])
        await assertRefused((async () => store.forTenant(tenant as string))(), "ICE_USAGE");
    },
  },
  {
    name: "a run belongs to the tenant of its store, and may name no other",
    async check({ store }) {
      const acme = store.forTenant("acme");
      await store.create(sampleRun("a"), recordingOwner());
      await acme.create(sampleRun("b", { tenant: "acme" }), recordingOwner());
      assert.equal((await store.read("a")).tenant, "default");
      assert.equal((await acme.read("b")).tenant, "acme");
      await assertRefused(store.create(sampleRun("c", { tenant: "acme" }), recordingOwner()), "ICE_USAGE");
      await assertRefused(acme.create(sampleRun("c", { tenant: "default" }), recordingOwner()), "ICE_USAGE");
      assert.deepEqual([await idsIn(store), await idsIn(acme)], [["a"], ["b"]]);
    },
  },
  {
    name: "runs of two tenants with the same id share nothing",
    async check({ store, pass }) {
      const acme = store.forTenant("acme");
      const owners = [recordingOwner(), recordingOwner()] as const;
      const journal = await store.create(sampleRun("r", { inputs: { of: "default" } }), owners[0]);
      const other = await acme.create(sampleRun("r", { inputs: { of: "acme" } }), owners[1]);
      await appendAll(journal, [outcomeOf("x", 1)]);
      await appendAll(other, [outcomeOf("x", "of acme"), outcomeOf("y", "x".repeat(40_000))]);
      await acme.signal("r", sampleSignal("s", { value: "to acme" }));
      assert.equal(await acme.requestCancel("r", "enough"), true);
      await pass(pollMs);
      assert.deepEqual([owners[0].signals, owners[0].cancels, owners[0].lost], [[], [], []]);
      assert.deepEqual([owners[1].signals.length, owners[1].cancels], [1, ["enough"]]);
      const [mine, theirs] = [await store.read("r"), await acme.read("r")];
      assert.deepEqual([mine.inputs, mine.records, mine.signals], [{ of: "default" }, [outcomeOf("x", 1)], []]);
      assert.deepEqual([theirs.inputs, theirs.records.length, theirs.signals.length], [{ of: "acme" }, 2, 1]);
      await other.append(endedRecord);
      assert.deepEqual([(await store.summary("r")).status, (await acme.summary("r")).status], ["running", "completed"]);
    },
  },
  {
    name: "runs of another tenant cannot be found, changed or opened",
    async check({ store }) {
      const acme = store.forTenant("acme");
      await (await acme.create(sampleRun("a"), recordingOwner())).append(suspendedRecord);
      const code = "ICE_RUN_NOT_FOUND";
      for (const other of [store, store.forTenant("acme2")]) {
        await assertRefused(other.read("a"), code);
        await assertRefused(other.summary("a"), code);
        await assertRefused(other.open("a", recordingOwner()), code);
        await assertRefused(other.open("a", recordingOwner(), await acme.read("a")), code);
        await assertRefused(other.signal("a", sampleSignal("s")), code);
        await assertRefused(other.signals("a"), code);
        assert.equal(await other.requestCancel("a", "enough"), false);
        assert.deepEqual(await other.list(), []);
      }
      assert.deepEqual((await acme.read("a")).signals, []);
    },
  },
  {
    name: "the old runs of one tenant are collected, those of others are kept",
    async check({ store }) {
      const acme = store.forTenant("acme");
      for (const one of [store, acme]) {
        await (await one.create(sampleRun("ended"), recordingOwner())).append(endedRecord);
        await (await one.create(sampleRun("idle"), recordingOwner())).append(suspendedRecord);
      }
      assert.equal((await acme.collect({ endedBefore: 9000, idleBefore: 9000 })).runs, 2);
      assert.deepEqual([(await idsIn(store)).toSorted(), await idsIn(acme)], [["ended", "idle"], []]);
    },
  },
  {
    name: "every tenant has its own secret",
    async check({ store }) {
      const secrets = await Promise.all(["default", "a", "b"].map((tenant) => store.forTenant(tenant).secret()));
      assert.equal(new Set(secrets).size, 3);
      assert.equal(await store.forTenant("a").secret(), secrets[1]);
      assert.equal(await store.secret(), secrets[0]);
    },
  },
  {
    name: "another instance finds the runs of a tenant, and owns them for the same one only",
    several: true,
    async check(fixture) {
      await (await fixture.store.forTenant("acme").create(sampleRun("a"), recordingOwner())).append(suspendedRecord);
      const other = await anotherOf(fixture);
      await assertRefused(other.open("a", recordingOwner()), "ICE_RUN_NOT_FOUND");
      const { journal, run } = await other.forTenant("acme").open("a", recordingOwner());
      assert.deepEqual([journal.epoch, run.tenant], [2, "acme"]);
      await assertRefused(fixture.store.forTenant("acme").open("a", recordingOwner()), "ICE_STORE_OWNED");
      assert.equal(await fixture.store.forTenant("acme").secret(), await other.forTenant("acme").secret());
    },
  },
  {
    name: "the stores of all tenants are closed together",
    async check({ store }) {
      const acme = store.forTenant("acme");
      const journal = await acme.create(sampleRun("a"), recordingOwner());
      await acme.close();
      await assertRefused(journal.append(outcomeOf("x", 1)), "ICE_STORE_UNAVAILABLE");
      for (const one of [store, acme, store.forTenant("later")])
        await assertRefused(one.list(), "ICE_STORE_UNAVAILABLE");
    },
  },
];
