import assert from "node:assert/strict";
import type { Json, JsonObject, StoredBlueprint } from "@ice/core";
import { blueprintOf, namesIn, put, putAll, revisionsIn } from "./sample-blueprint.ts";
import { endedRecord, recordingOwner, sampleRun } from "./sample-run.ts";
import { anotherOf, assertDeepFrozen, assertRefused, type RunStoreCase } from "./run-store-case.ts";

/** Blueprints that are kept with their revisions. */
export const blueprintCases: readonly RunStoreCase[] = [
  {
    name: "a blueprint is returned as it was stored, with its revision and its hash",
    async check({ store: { blueprints } }) {
      const blueprint: JsonObject = {
        name: "order.v2_x-1",
        version: "1.2.3-rc.1",
        nodes: [],
        metadata: { "ä \u{1f9ca} \ud800 \0": [[{ "": null }]], "10": 1e300, "9": false, text: "x".repeat(100_000) },
      };
      const stored = await blueprints.put(blueprint, { by: "Kim Ü \0 'x'", at: 1_700_000_000_123, ifMatch: null });
      assert.match(stored.hash, /^[0-9a-f]{64}$/);
      const info = {
        name: "order.v2_x-1",
        version: "1.2.3-rc.1",
        revision: 1,
        hash: stored.hash,
        createdAt: 1_700_000_000_123,
        createdBy: "Kim Ü \0 'x'",
      };
      assert.deepEqual(stored, { ...info, blueprint });
      for (const options of [undefined, {}, { revision: 1 }]) {
        const read = await blueprints.get("order.v2_x-1", options);
        assert.deepEqual(read, stored);
        assertDeepFrozen(read);
      }
      assertDeepFrozen(stored);
      assert.deepEqual(await blueprints.list(), { blueprints: [info] });
      assert.deepEqual(await blueprints.revisions("order.v2_x-1"), { blueprints: [info] });
    },
  },
  {
    name: "the hash is SHA-256 of the content as canonical JSON",
    async check({ store: { blueprints } }) {
      const { hash, version } = await put(blueprints, { nodes: [{ b: 1, a: "é" }], name: "w" });
      // printf '%s' '{"name":"w","nodes":[{"a":"é","b":1}]}' | sha256sum
      assert.equal(hash, "3f597cc4d706786a02d2ddd8d5f728adfe206ca3313f8bb16f7b43155d1d56c6");
      assert.equal(version, "0.0.0");
    },
  },
  {
    name: "an unknown name or revision is not found",
    async check({ store: { blueprints } }) {
      await put(blueprints, blueprintOf("a"));
      for (const name of ["b", "A", "a ", "", "%", "a\0"]) {
        assert.equal(await blueprints.get(name), undefined);
        assert.deepEqual(await blueprints.revisions(name), { blueprints: [] });
      }
      for (const revision of [0, 2, -1, 1.5, Number.NaN, Infinity, 2 ** 60])
        assert.equal(await blueprints.get("a", { revision }), undefined);
    },
  },
  {
    name: "a new blueprint needs a name that is free",
    async check({ store: { blueprints } }) {
      await put(blueprints, blueprintOf("a"));
      await assertRefused(put(blueprints, blueprintOf("a", 2)), "ICE_BLUEPRINT_EXISTS");
      await assertRefused(put(blueprints, blueprintOf("a")), "ICE_BLUEPRINT_EXISTS");
      assert.deepEqual(await revisionsIn(blueprints, "a"), [1]);
    },
  },
  {
    name: "a revision is replaced by the caller who names its hash",
    async check({ store: { blueprints } }) {
      const first = await put(blueprints, blueprintOf("a", 1));
      const given = { by: "lee", at: 2000, ifMatch: first.hash };
      const second = await blueprints.put({ ...blueprintOf("a", 2), version: "2.0.0" }, given);
      assert.deepEqual(
        [second.revision, second.version, second.createdBy, second.createdAt],
        [2, "2.0.0", "lee", 2000],
      );
      for (const ifMatch of [first.hash, "", second.hash.toUpperCase(), "0".repeat(64)])
        await assertRefused(put(blueprints, blueprintOf("a", 3), ifMatch), "ICE_PRECONDITION_FAILED");
      await assertRefused(put(blueprints, blueprintOf("b", 1), first.hash), "ICE_BLUEPRINT_NOT_FOUND");
      assert.deepEqual(await blueprints.get("a"), second);
      assert.deepEqual(await blueprints.get("a", { revision: 1 }), first);
      assert.deepEqual(await namesIn(blueprints), ["a"]);
    },
  },
  {
    name: "the current content again is no new revision, whichever hash the caller names",
    async check({ store: { blueprints } }) {
      const first = await put(blueprints, blueprintOf("a", 1));
      const second = await put(blueprints, blueprintOf("a", 2), first.hash);
      const { name, nodes, schemaVersion } = blueprintOf("a", 2);
      for (const ifMatch of [second.hash, first.hash]) {
        const again = await blueprints.put({ nodes, schemaVersion, name } as JsonObject, {
          by: "lee",
          at: 9000,
          ifMatch,
        });
        assert.deepEqual(again, second);
        assertDeepFrozen(again);
      }
      const third = await put(blueprints, blueprintOf("a", 1), second.hash);
      assert.deepEqual([third.revision, third.hash], [3, first.hash]);
    },
  },
  {
    name: "of two that replace a revision at once, one wins",
    async check({ store: { blueprints } }) {
      const { hash } = await put(blueprints, blueprintOf("a", 0));
      await oneWins(
        [2, 3, 4].map((v) => put(blueprints, blueprintOf("a", v), hash)),
        "ICE_PRECONDITION_FAILED",
      );
      await oneWins(
        [2, 3, 4].map((v) => put(blueprints, blueprintOf("b", v))),
        "ICE_BLUEPRINT_EXISTS",
      );
      assert.deepEqual([await revisionsIn(blueprints, "a"), await revisionsIn(blueprints, "b")], [[2, 1], [1]]);
    },
  },
  {
    name: "a blueprint is deleted with its revisions, by the caller who names the current one",
    async check({ store: { blueprints } }) {
      const { hash } = await putAll(blueprints, "a", [1, 2]);
      const first = await blueprints.get("a", { revision: 1 });
      await put(blueprints, blueprintOf("b"));
      for (const ifMatch of [first!.hash, "", "*"])
        await assertRefused(blueprints.delete("a", { ifMatch }), "ICE_PRECONDITION_FAILED");
      await assertRefused(blueprints.delete("c", { ifMatch: hash }), "ICE_BLUEPRINT_NOT_FOUND");
      await blueprints.delete("a", { ifMatch: hash });
      await assertRefused(blueprints.delete("a", { ifMatch: hash }), "ICE_BLUEPRINT_NOT_FOUND");
      assert.deepEqual([await namesIn(blueprints), await revisionsIn(blueprints, "a")], [["b"], []]);
      assert.equal((await put(blueprints, blueprintOf("a", 3))).revision, 1);
    },
  },
  {
    name: "changing a blueprint after it was stored has no effect",
    async check({ store: { blueprints } }) {
      const nodes: Json[] = [1];
      const blueprint = { name: "a", nodes };
      const storing = put(blueprints, blueprint);
      nodes.push(2);
      const stored = await storing;
      nodes.push(3);
      assert(!Object.isFrozen(blueprint), "the blueprint of the caller is frozen");
      assert.deepEqual((await blueprints.get("a"))?.blueprint, stored.blueprint);
      assert.equal((await put(blueprints, stored.blueprint, stored.hash)).revision, 1);
    },
  },
  {
    name: "what is no blueprint with a name is refused, and changes nothing",
    async check({ store: { blueprints } }) {
      const invalid: readonly unknown[] = [
        {},
        { name: "" },
        { name: 1 },
        { name: "a b" },
        { name: "x".repeat(129) },
        { name: "a", version: "1" },
        { name: "a", version: 1 },
        [],
        null,
      ];
      for (const blueprint of invalid)
        await assertRefused(put(blueprints, blueprint as JsonObject), "ICE_BLUEPRINT_SCHEMA");
      const refused = { name: "a", nodes: [Number.NaN] };
      await assertRefused(put(blueprints, refused), "ICE_OUTPUT_NOT_JSON");
      for (const by of ["x".repeat(201), "\ud800", null as unknown as string])
        await assertRefused(blueprints.put(blueprintOf("a"), { by, at: 1, ifMatch: null }), "ICE_USAGE");
      assert.deepEqual(await namesIn(blueprints), []);
      await put(blueprints, { name: "x".repeat(128) });
    },
  },
  {
    name: "every tenant has its own blueprints",
    async check({ store }) {
      const acme = store.forTenant("acme").blueprints;
      const { hash } = await put(store.blueprints, blueprintOf("a", 1));
      assert.equal(await acme.get("a"), undefined);
      await assertRefused(acme.delete("a", { ifMatch: hash }), "ICE_BLUEPRINT_NOT_FOUND");
      await assertRefused(put(acme, blueprintOf("a", 2), hash), "ICE_BLUEPRINT_NOT_FOUND");
      await putAll(acme, "a", [2, 3]);
      await put(acme, blueprintOf("b"));
      assert.deepEqual([await namesIn(store.blueprints), await namesIn(acme)], [["a"], ["a", "b"]]);
      assert.deepEqual([await revisionsIn(store.blueprints, "a"), await revisionsIn(acme, "a")], [[1], [2, 1]]);
      await store.blueprints.delete("a", { ifMatch: hash });
      assert.deepEqual([await namesIn(store.blueprints), await namesIn(acme)], [[], ["a", "b"]]);
    },
  },
  {
    name: "collecting old runs leaves blueprints alone, and deleting a blueprint its runs",
    async check({ store }) {
      const { hash } = await putAll(store.blueprints, "demo", [1, 2]);
      await (await store.create(sampleRun("a"), recordingOwner())).append(endedRecord);
      await (await store.create(sampleRun("b"), recordingOwner())).append(endedRecord);
      await store.blueprints.delete("demo", { ifMatch: hash });
      assert.equal((await store.read("a")).status, "completed");
      await putAll(store.blueprints, "demo", [1, 2]);
      assert.equal((await store.collect({ endedBefore: 9000, idleBefore: 9000 })).runs, 2);
      assert.deepEqual(await revisionsIn(store.blueprints, "demo"), [2, 1]);
    },
  },
  {
    name: "of two instances that replace a revision at once, one wins",
    several: true,
    async check(fixture) {
      const stores = [fixture.store.blueprints, (await anotherOf(fixture)).blueprints] as const;
      const { hash } = await put(stores[0], blueprintOf("a", 0));
      const both = (name: string, ifMatch: string | null): Promise<StoredBlueprint>[] =>
        stores.map((store, v) => put(store, blueprintOf(name, v + 1), ifMatch));
      await oneWins(both("a", hash), "ICE_PRECONDITION_FAILED");
      await oneWins(both("b", null), "ICE_BLUEPRINT_EXISTS");
      assert.deepEqual(await stores[0].get("a"), await stores[1].get("a"));
      assert.deepEqual(await revisionsIn(stores[0], "a"), [2, 1]);
      assert.deepEqual(await revisionsIn(stores[1], "b"), [1]);
    },
  },
  {
    name: "a closed store has no blueprints",
    async check({ store }) {
      const { blueprints } = store;
      const { hash } = await put(blueprints, blueprintOf("a"));
      await store.close();
      for (const work of [
        blueprints.list(),
        blueprints.get("a"),
        blueprints.revisions("a"),
        put(blueprints, blueprintOf("b")),
        blueprints.delete("a", { ifMatch: hash }),
      ])
        await assertRefused(work, "ICE_STORE_UNAVAILABLE");
    },
  },
];

/** Checks that one of several attempts succeeds, and all others fail with this code. */
async function oneWins(attempts: readonly Promise<StoredBlueprint>[], code: string): Promise<void> {
  const results = await Promise.allSettled(attempts);
  const failed = results.filter((result) => result.status === "rejected");
  assert.equal(failed.length, attempts.length - 1);
  for (const { reason } of failed) await assertRefused(Promise.reject(reason as Error), code);
}
