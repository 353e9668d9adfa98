import assert from "node:assert/strict";
import type { Json, RunStore } from "@ice/core";
import { recordingOwner, sampleRun } from "./sample-run.ts";
import { anotherOf, assertDeepFrozen, type RunStoreCase } from "./run-store-case.ts";

/** Later than any test. */
const never = Date.UTC(3000, 0);

/** Outputs of nodes that later runs use again. */
export const cacheCases: readonly RunStoreCase[] = [
  {
    name: "an output is returned under its key as it was, whatever it is",
    async check({ store: { cache } }) {
      const outputs: readonly Json[] = [
        { text: "ä \u{1f9ca} \ud800 \0", deep: [[{ "": null }]], number: 1e300 },
        "x".repeat(100_000),
        [],
        false,
        null,
      ];
      assert.equal(await cache.get("k0", 0), undefined);
      for (const [n, output] of outputs.entries()) await cache.set(`k${n}`, output, { expiresAt: never, limit: 10 });
      for (const [n, output] of outputs.entries()) assert.deepEqual(await cache.get(`k${n}`, 0), output);
      assertDeepFrozen(await cache.get("k0", 0));
      assert.equal(await cache.get("k", 0), undefined);
    },
  },
  {
    name: "an output is returned until it expires",
    async check({ store: { cache } }) {
      await cache.set("k", 1, { expiresAt: 5000, limit: 10 });
      assert.equal(await cache.get("k", 4999), 1);
      assert.equal(await cache.get("k", 5000), undefined);
      assert.equal(await cache.get("k", 9000), undefined);
    },
  },
  {
    name: "an output takes the place of an earlier one, with its own time to expire",
    async check({ store: { cache } }) {
      await cache.set("k", 1, { expiresAt: 9000, limit: 10 });
      await cache.set("k", 2, { expiresAt: 5000, limit: 10 });
      assert.equal(await cache.get("k", 4000), 2);
      assert.equal(await cache.get("k", 5000), undefined);
      await cache.set("k", 3, { expiresAt: 7000, limit: 10 });
      assert.equal(await cache.get("k", 6000), 3);
    },
  },
  {
    name: "beyond the limit, those that expire first are dropped, the new one too",
    async check({ store }) {
      for (const [key, expiresAt] of Object.entries({ b: 6000, a: 5000, d: 8000, c: 7000 }))
        await store.cache.set(key, key, { expiresAt, limit: 3 });
      assert.deepEqual(await kept(store, "abcd"), "bcd");
      await store.cache.set("e", "e", { expiresAt: 5500, limit: 3 });
      assert.deepEqual(await kept(store, "abcde"), "bcd");
      // One that takes another's place needs no room.
      await store.cache.set("b", "b", { expiresAt: 9000, limit: 3 });
      assert.deepEqual(await kept(store, "bcd"), "bcd");
      await store.cache.set("f", "f", { expiresAt: 9500, limit: 2 });
      assert.deepEqual(await kept(store, "abcdef"), "bf");
      await store.cache.set("g", "g", { expiresAt: 9900, limit: 0 });
      assert.deepEqual(await kept(store, "abcdefg"), "");
    },
  },
  {
    name: "two outputs at once under one key are one of them",
    async check({ store: { cache } }) {
      await Promise.all([1, 2].map((output) => cache.set("k", output, { expiresAt: never, limit: 10 })));
      assert([1, 2].includes((await cache.get("k", 0)) as number), "neither output is kept");
    },
  },
  {
    name: "tenants share no outputs, and each has its own limit",
    async check({ store }) {
      const acme = store.forTenant("acme");
      for (const key of "ab") await store.cache.set(key, `${key} of default`, { expiresAt: 5000, limit: 2 });
      assert.equal(await acme.cache.get("a", 0), undefined);
      for (const key of "ac") await acme.cache.set(key, `${key} of acme`, { expiresAt: 6000, limit: 2 });
      assert.equal(await store.cache.get("a", 0), "a of default");
      assert.equal(await acme.cache.get("a", 0), "a of acme");
      assert.deepEqual([await kept(store, "abc"), await kept(acme, "abc")], ["ab", "ac"]);
    },
  },
  {
    name: "collecting old runs removes what has expired, of the tenant only",
    async check({ store }) {
      const acme = store.forTenant("acme");
      for (const { cache } of [store, acme]) {
        await cache.set("old", 1, { expiresAt: 1, limit: 10 });
        await cache.set("new", 2, { expiresAt: never, limit: 10 });
      }
      assert.deepEqual(await acme.collect({ endedBefore: 0 }), { runs: 0, blobs: 0 });
      assert.deepEqual([await acme.cache.get("old", 0), await acme.cache.get("new", 0)], [undefined, 2]);
      assert.deepEqual([await store.cache.get("old", 0), await store.cache.get("new", 0)], [1, 2]);
    },
  },
  {
    name: "outputs outlive the runs that left them",
    async check({ store }) {
      const journal = await store.create(sampleRun("r"), recordingOwner());
      await store.cache.set("k", "x".repeat(100_000), { expiresAt: never, limit: 10 });
      await journal.append({ kind: "ended", at: 3000, status: "completed", usage: {} });
      assert.equal((await store.collect({ endedBefore: 9000 })).runs, 1);
      assert.equal(await store.cache.get("k", 0), "x".repeat(100_000));
    },
  },
  {
    name: "another instance finds the output",
    several: true,
    async check(fixture) {
      const other = await anotherOf(fixture);
      await fixture.store.cache.set("k", { n: 1 }, { expiresAt: never, limit: 10 });
      assert.deepEqual(await other.cache.get("k", 0), { n: 1 });
      await other.cache.set("k", { n: 2 }, { expiresAt: never, limit: 10 });
      assert.deepEqual(await fixture.store.cache.get("k", 0), { n: 2 });
    },
  },
];

/** Those of the keys, one letter each, under which something is kept. */
async function kept({ cache }: RunStore, keys: string): Promise<string> {
  let found = "";
  for (const key of keys) if ((await cache.get(key, 0)) !== undefined) found += key;
  return found;
}
