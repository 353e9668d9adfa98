import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { sqliteFixture } from "./sqlite-fixture.ts";

async function start() {
  const fixture = await sqliteFixture();
  const database = new DatabaseSync(fixture.path);
  onTestFinished(async () => {
    database.close();
    await fixture.close();
  });
  return { ...fixture, database };
}

test("collecting runs removes the outputs that have expired, of this tenant", async () => {
  const { store, clock, database } = await start();
  const acme = store.forTenant("acme");
  const kept = (): unknown[] => database.prepare("SELECT tenant, key FROM cached ORDER BY tenant, key").all();
  const now = clock.now();
  for (const { cache } of [store, acme])
    for (const [key, expiresAt] of [
      ["old", now],
      ["new", now + 1],
    ] as const)
      await cache.set(key, 1, { expiresAt, limit: 10 });
  await clock.runUntil(store.collect({ endedBefore: 0 }));
  expect(kept()).toEqual([
    { tenant: "acme", key: "new" },
    { tenant: "acme", key: "old" },
    { tenant: "default", key: "new" },
  ]);
});

test("an output that was damaged, or moved to another key, is not returned", async () => {
  const { store, database } = await start();
  for (const key of ["a", "b", "c"]) await store.cache.set(key, { paid: 1 }, { expiresAt: Infinity, limit: 10 });
  database.exec("UPDATE cached SET body = replace(body, '1', '2') WHERE key = 'a'");
  database.exec("DELETE FROM cached WHERE key = 'c'; UPDATE cached SET key = 'c' WHERE key = 'b'");
  for (const key of ["a", "c"])
    await expect(store.cache.get(key, 0)).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  expect(await store.cache.get("b", 0)).toBeUndefined();
});
