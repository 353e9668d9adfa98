import assert from "node:assert/strict";
import type { BlueprintPage, BlueprintPageQuery } from "@ice/core";
import { assertRefused, type RunStoreCase } from "./run-store-case.ts";
import { blueprintOf, put, putAll, revisionsIn } from "./sample-blueprint.ts";

/** Lists of blueprints and of revisions, and how many there may be. */
export const blueprintListCases: readonly RunStoreCase[] = [
  {
    name: "blueprints are listed by name, in pages",
    async check({ store: { blueprints } }) {
      const names = ["B", "a", "a-b", "a.b", "a0", "b", "c"];
      for (const name of ["c", "b", "a0", "a.b", "a-b", "a", "B"]) await putAll(blueprints, name, [1, 2]);
      const list = (query: BlueprintPageQuery): Promise<BlueprintPage> => blueprints.list(query);
      for (const limit of [1, 2, 3, 6, 7, 8, 5000]) {
        const pages = await everyPage(list, limit);
        assert.deepEqual(
          pages.flat().map(({ name, revision }) => [name, revision]),
          names.map((name) => [name, 2]),
        );
        assert.deepEqual(pages.map(({ length }) => length).slice(0, -1), Array(pages.length - 1).fill(limit));
      }
      for (const limit of [0, -1]) assert.equal((await blueprints.list({ limit })).blueprints.length, 1);
      assert.deepEqual(
        (await blueprints.list({ after: "a.c" })).blueprints.map(({ name }) => name),
        ["a0", "b", "c"],
      );
      assert.deepEqual(await blueprints.list({ after: "c" }), { blueprints: [] });
    },
  },
  {
    name: "a page goes on where the last one ended, though blueprints come and go",
    async check({ store: { blueprints } }) {
      for (const name of ["b", "d", "f"]) await put(blueprints, blueprintOf(name));
      const { next } = await blueprints.list({ limit: 2 });
      await blueprints.delete("d", { ifMatch: (await blueprints.get("d"))!.hash });
      for (const name of ["a", "e"]) await put(blueprints, blueprintOf(name));
      const { blueprints: rest } = await blueprints.list({ limit: 2, after: next });
      assert.deepEqual(
        rest.map(({ name }) => name),
        ["e", "f"],
      );
    },
  },
  {
    name: "revisions are listed in pages, the newest first",
    async check({ store: { blueprints } }) {
      await putAll(blueprints, "a", [1, 2, 3, 4, 5]);
      await putAll(blueprints, "b", [1, 2]);
      for (const limit of [1, 2, 4, 5, 6]) {
        const pages = await everyPage((query) => blueprints.revisions("a", query), limit);
        assert.deepEqual(
          pages.flat().map(({ name, revision }) => `${name}${revision}`),
          ["a5", "a4", "a3", "a2", "a1"],
        );
      }
      const { next } = await blueprints.revisions("a", { limit: 2 });
      await put(blueprints, blueprintOf("a", 6), (await blueprints.get("a"))!.hash);
      const { blueprints: rest } = await blueprints.revisions("a", { after: next });
      assert.deepEqual(
        rest.map(({ revision }) => revision),
        [3, 2, 1],
      );
      for (const after of ["", "x", "0", "1.5", "-1"])
        await assertRefused(blueprints.revisions("a", { after }), "ICE_CURSOR_INVALID");
    },
  },
  {
    name: "a blueprint keeps its last 1,000 revisions (slow)",
    timeoutMs: 60_000,
    async check({ store: { blueprints } }) {
      await putAll(blueprints, "other", [1, 2]);
      await putAll(
        blueprints,
        "a",
        Array.from({ length: 1002 }, (_, v) => v),
      );
      const kept = await revisionsIn(blueprints, "a");
      assert.deepEqual([kept.length, kept[0], kept.at(-1)], [1000, 1002, 3]);
      assert.equal(await blueprints.get("a", { revision: 2 }), undefined);
      assert.deepEqual(await revisionsIn(blueprints, "other"), [2, 1]);
    },
  },
  {
    name: "a tenant has 10,000 blueprints, and room for one again after one was deleted (slow)",
    timeoutMs: 120_000,
    async check({ store }) {
      const { blueprints } = store;
      for (let from = 0; from < 10_000; from += 500)
        await Promise.all(Array.from({ length: 500 }, (_, n) => put(blueprints, blueprintOf(`b${from + n}`))));
      await assertRefused(put(blueprints, blueprintOf("more")), "ICE_STORE_FULL");
      const { hash } = (await blueprints.get("b7"))!;
      await put(blueprints, blueprintOf("b7", 2), hash);
      await put(store.forTenant("acme").blueprints, blueprintOf("more"));
      assert.equal((await blueprints.list({ limit: 5000 })).blueprints.length, 1000);
      await blueprints.delete("b7", { ifMatch: (await blueprints.get("b7"))!.hash });
      await put(blueprints, blueprintOf("more"));
    },
  },
];

async function everyPage(
  page: (query: BlueprintPageQuery) => Promise<BlueprintPage>,
  limit: number,
): Promise<BlueprintPage["blueprints"][]> {
  const pages: BlueprintPage["blueprints"][] = [];
  for (let after: string | undefined, more = true; more;) {
    const { blueprints, next }: BlueprintPage = await page({ limit, after });
    pages.push(blueprints);
    more = next !== undefined;
    after = next;
  }
  return pages;
}
