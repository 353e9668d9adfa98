import assert from "node:assert/strict";
import type { StoredToken, TokenStore } from "@ice/core";
import { anotherOf, assertDeepFrozen, assertRefused, type RunStoreCase } from "./run-store-case.ts";

const tokenOf = (id: string, more: Partial<StoredToken> = {}): StoredToken => ({
  id: id.padEnd(12, "-"),
  name: "ci",
  tenant: "default",
  scopes: ["read"],
  digest: "0123456789abcdef".repeat(4),
  createdAt: 1000,
  expiresAt: null,
  ...more,
});

const idsIn = async (tokens: TokenStore): Promise<readonly string[]> =>
  (await tokens.list()).map(({ id }) => id.replaceAll("-", ""));

/** Access tokens, which outlive runs and belong to the store as a whole. */
export const tokenCases: readonly RunStoreCase[] = [
  {
    name: "a token is returned as it was written, until it is deleted",
    async check({ store: { tokens } }) {
      const token = tokenOf("a_B", {
        name: "Kim Ü \u{1f9ca} \0 'x'",
        tenant: "acme",
        scopes: ["read", "run", "respond", "signal", "author", "metrics", "act-as"],
        createdAt: 1_700_000_000_123,
        expiresAt: 1_700_000_900_000.5,
      });
      assert.equal(await tokens.get(token.id), undefined);
      await tokens.insert(token);
      assert.deepEqual(await tokens.get(token.id), token);
      assert.deepEqual(await tokens.list(), [token]);
      assertDeepFrozen(await tokens.get(token.id));
      assert.equal(await tokens.delete(token.id), true);
      assert.equal(await tokens.delete(token.id), false);
      assert.deepEqual([await tokens.get(token.id), await tokens.list()], [undefined, []]);
    },
  },
  {
    name: "an id is the exact text",
    async check({ store: { tokens } }) {
      await tokens.insert(tokenOf("abc"));
      for (const id of ["", "ABC---------", "abc", "abc--------", "abc--------_", "abc---------\0", "%", "' OR 1"]) {
        assert.equal(await tokens.get(id), undefined);
        assert.equal(await tokens.delete(id), false);
      }
      assert.deepEqual(await idsIn(tokens), ["abc"]);
    },
  },
  {
    name: "tokens are listed in the order of their creation, also those that have expired",
    async check({ store: { tokens } }) {
      for (const [id, createdAt] of Object.entries({ c: 3000, a: 2000, z: 1000, b: 2000 }))
        await tokens.insert(tokenOf(id, { createdAt, expiresAt: createdAt + 1 }));
      assert.deepEqual(await idsIn(tokens), ["z", "a", "b", "c"]);
    },
  },
  {
    name: "a token that was inserted is never replaced",
    async check({ store: { tokens } }) {
      await tokens.insert(tokenOf("a"));
      await assertRefused(tokens.insert(tokenOf("a", { name: "other" })), "ICE_USAGE");
      const at = await Promise.allSettled(["x", "y"].map((name) => tokens.insert(tokenOf("b", { name }))));
      assert.deepEqual(at.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
      assert.equal((await tokens.get(tokenOf("a").id))?.name, "ci");
      assert.deepEqual(await idsIn(tokens), ["a", "b"]);
    },
  },
  {
    name: "changing a token after it was written has no effect",
    async check({ store: { tokens } }) {
      const scopes: StoredToken["scopes"][number][] = ["read"];
      const token = tokenOf("a", { scopes });
      await tokens.insert(token);
      scopes.push("run");
      assert.deepEqual((await tokens.get(token.id))?.scopes, ["read"]);
    },
  },
  {
    name: "the stores of all tenants have the same tokens",
    async check({ store }) {
      const acme = store.forTenant("acme");
      await acme.tokens.insert(tokenOf("a", { tenant: "beta" }));
      await store.tokens.insert(tokenOf("b"));
      for (const { tokens } of [store, acme, store.forTenant("later")])
        assert.deepEqual(await idsIn(tokens), ["a", "b"]);
      assert.equal(await store.forTenant("gamma").tokens.delete(tokenOf("a").id), true);
      assert.deepEqual(await idsIn(acme.tokens), ["b"]);
    },
  },
  {
    name: "collecting old runs leaves tokens alone",
    async check({ store }) {
      await store.tokens.insert(tokenOf("a", { createdAt: 1, expiresAt: 2 }));
      await store.collect({ endedBefore: 9000, idleBefore: 9000 });
      assert.deepEqual(await idsIn(store.tokens), ["a"]);
    },
  },
  {
    name: "a store keeps 10,000 tokens, and is full until one is deleted (slow)",
    timeoutMs: 60_000,
    async check({ store: { tokens } }) {
      const all = Array.from({ length: 10_000 }, (_, n) => tokenOf(`t${n}`));
      for (let from = 0; from < all.length; from += 500)
        await Promise.all(all.slice(from, from + 500).map((token) => tokens.insert(token)));
      await assertRefused(tokens.insert(tokenOf("more")), "ICE_STORE_FULL");
      assert.equal((await tokens.list()).length, 10_000);
      await tokens.delete(tokenOf("t7").id);
      await tokens.insert(tokenOf("more"));
      await assertRefused(tokens.insert(tokenOf("even")), "ICE_STORE_FULL");
    },
  },
  {
    name: "another instance finds a token, and no longer after it was deleted",
    several: true,
    async check(fixture) {
      const { tokens } = fixture.store;
      const other = (await anotherOf(fixture)).forTenant("acme").tokens;
      const token = tokenOf("a");
      await tokens.insert(token);
      assert.deepEqual(await other.get(token.id), token);
      await assertRefused(other.insert(token), "ICE_USAGE");
      assert.equal(await other.delete(token.id), true);
      assert.equal(await tokens.get(token.id), undefined);
    },
  },
  {
    name: "a closed store has no tokens",
    async check({ store }) {
      const { tokens } = store;
      await tokens.insert(tokenOf("a"));
      await store.close();
      for (const work of [tokens.insert(tokenOf("b")), tokens.get("a"), tokens.list(), tokens.delete("a")])
        await assertRefused(work, "ICE_STORE_UNAVAILABLE");
    },
  },
];
