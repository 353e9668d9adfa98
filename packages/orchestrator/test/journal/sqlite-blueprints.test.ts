import { DatabaseSync } from "node:sqlite";
import type { BlueprintStore, JsonObject } from "@ice/core";
import { expect, onTestFinished, test } from "vitest";
import { sqliteFixture } from "./sqlite-fixture.ts";

const blueprintOf = (name: string, v: unknown = 1): JsonObject =>
  ({ name, version: "1.0.0", nodes: [{ v }] }) as JsonObject;

async function start() {
  const fixture = await sqliteFixture();
  const database = new DatabaseSync(fixture.path);
  onTestFinished(async () => {
    database.close();
    await fixture.close();
  });
  const { blueprints } = fixture.store;
  const { hash } = await blueprints.put(blueprintOf("a", 1), { by: "kim", at: 1000, ifMatch: null });
  await blueprints.put(blueprintOf("a", 2), { by: "kim", at: 2000, ifMatch: hash });
  await blueprints.put(blueprintOf("b", 1), { by: "kim", at: 3000, ifMatch: null });
  return { ...fixture, blueprints, hash, database };
}

const corrupt = { code: "ICE_STORE_CORRUPT" };

test.each([
  ["its content", "UPDATE blueprints SET body = replace(body, '2', '3')"],
  ["its content is no longer JSON", "UPDATE blueprints SET body = substr(body, 2)"],
  ["its content is no blueprint", "UPDATE blueprints SET body = 'null'"],
  ["a key `__proto__`", `UPDATE blueprints SET body = replace(body, '"nodes"', '"__proto__"')`],
  ["its hash", "UPDATE blueprints SET hash = replace(hash, substr(hash, 1, 1), '!')"],
  ["its version", "UPDATE blueprints SET version = '1.0.1'"],
  ["its time", "UPDATE blueprints SET created_at = -1"],
  ["who stored it", "UPDATE blueprints SET created_by = printf('%.201c', 'x')"],
  ["its number", "UPDATE blueprints SET revision = -revision"],
  ["its number is beyond integers", "UPDATE blueprints SET revision = 9007199254740993 WHERE revision = 2"],
  ["its name", "DELETE FROM blueprints WHERE name = 'a'; UPDATE blueprints SET name = 'a'"],
])("a blueprint is not returned if %s was changed in the file", async (_what, sql) => {
  const { blueprints, database } = await start();
  database.exec(sql);
  await expect(blueprints.get("a")).rejects.toMatchObject(corrupt);
});

test.each([
  ["hash", "UPDATE blueprints SET hash = 'x'"],
  ["time", "UPDATE blueprints SET created_at = 9e15"],
  ["number", "UPDATE blueprints SET revision = -revision"],
])("a damaged %s is reported by lists and by what replaces it", async (_what, sql) => {
  const { blueprints, database, hash } = await start();
  database.exec(sql);
  for (const work of [
    blueprints.list(),
    blueprints.revisions("a"),
    blueprints.put(blueprintOf("a", 3), { by: "kim", at: 1, ifMatch: hash }),
    blueprints.delete("a", { ifMatch: hash }),
  ])
    await expect(work).rejects.toMatchObject(corrupt);
});

test.each([
  ["a scope that is none", "UPDATE tokens SET scopes = 'read root'"],
  ["no scope", "UPDATE tokens SET scopes = ''"],
  ["no digest", "UPDATE tokens SET digest = ''"],
  ["a tenant that is none", "UPDATE tokens SET tenant = 'No'"],
  ["no name", "UPDATE tokens SET name = ''"],
  ["an end that is no time", "UPDATE tokens SET expires_at = 1e300"],
])("a token with %s is not returned", async (_what, sql) => {
  const { store, database } = await start();
  const { tokens } = store;
  const digest = "ab".repeat(32);
  const token = { id: "abcdefgh-_12", name: "ci", tenant: "default", scopes: ["read"], digest } as const;
  await tokens.insert({ ...token, createdAt: 1000, expiresAt: null });
  database.exec(sql);
  for (const work of [tokens.get(token.id), tokens.list()]) await expect(work).rejects.toMatchObject(corrupt);
  expect(await tokens.delete(token.id)).toBe(true);
});

test("a large blueprint is stored and read with pauses, and so are long lists", async () => {
  const { another } = await start();
  let pauses = 0;
  const timeSlice = {
    isOver: () => true,
    next: async () => void (pauses += 1),
    continueLater: (work: () => void) => setImmediate(work),
  };
  const { blueprints } = await another({ timeSlice });
  const pausesOf = async (work: (store: BlueprintStore) => Promise<unknown>): Promise<number> => {
    pauses = 0;
    await work(blueprints);
    return pauses;
  };
  const large = blueprintOf(
    "large",
    Array.from({ length: 20_000 }, (_, n) => ({ n })),
  );
  expect(await pausesOf((store) => store.put(large, { by: "kim", at: 1, ifMatch: null }))).toBeGreaterThan(100);
  expect(await pausesOf((store) => store.get("large"))).toBeGreaterThan(30);
  expect(await pausesOf((store) => store.list())).toBe(3);
  expect(await pausesOf((store) => store.revisions("a"))).toBe(2);
});
