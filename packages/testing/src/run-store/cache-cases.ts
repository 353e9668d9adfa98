import assert from "node:assert/strict";
import { anotherOf, type RunStoreCase } from "./run-store-case.ts";

const options = { expiresAt: 5000, limit: 10 };

/** Outputs of nodes for later runs. */
export const cacheCases: readonly RunStoreCase[] = [
  {
    name: "an output is kept under its key until it expires; a later one takes its place",
    async check({ store: { cache } }) {
      const output = { text: "ä\0\n", list: [1, 2.5, null], nested: [[{ "": true }]] };
      assert.equal(await cache.get("k", 1000), undefined);
      await cache.set("k", output, options);
      assert.deepEqual(await cache.get("k", 4999), output);
      assert.equal(await cache.get("k", 5000), undefined);
      assert.equal(await cache.get("other", 1000), undefined);
      for (const value of [null, false, 0, "", "x".repeat(2_000_000)]) {
        await cache.set("k", value, { ...options, expiresAt: 6000 });
        assert.equal(await cache.get("k", 5000), value);
      }
    },
  },
  {
    name: "at most as many outputs are kept as was said; those that expire first are dropped",
    async check({ store: { cache } }) {
      const set = (key: string, expiresAt: number) => cache.set(key, key, { expiresAt, limit: 3 });
      const kept = async (...keys: string[]) =>
        (await Promise.all(keys.map((key) => cache.get(key, 0)))).filter((output) => output !== undefined);
      for (const [key, expiresAt] of [
        ["a", 4000],
        ["b", 2000],
        ["c", 3000],
      ] as const)
        await set(key, expiresAt);
      await set("d", 5000);
      assert.deepEqual(await kept("a", "b", "c", "d"), ["a", "c", "d"]);
      await set("d", 6000);
      assert.deepEqual(await kept("a", "b", "c", "d"), ["a", "c", "d"]);
      await set("e", 7000);
      assert.deepEqual(await kept("a", "b", "c", "d", "e"), ["a", "d", "e"]);
    },
  },
  {
    name: "the outputs of a tenant are its own, and count for it alone",
    async check({ store }) {
      const acme = store.forTenant("acme").cache;
      await store.cache.set("k", "ours", { ...options, limit: 1 });
      assert.equal(await acme.get("k", 0), undefined);
      await acme.set("k", "theirs", { ...options, limit: 1 });
      assert.deepEqual([await store.cache.get("k", 0), await acme.get("k", 0)], ["ours", "theirs"]);
    },
  },
  {
    name: "another instance finds what was kept",
    several: true,
    async check(fixture) {
      await fixture.store.cache.set("k", { n: 1 }, options);
      const other = await anotherOf(fixture);
      assert.deepEqual(await other.cache.get("k", 0), { n: 1 });
    },
  },
];
