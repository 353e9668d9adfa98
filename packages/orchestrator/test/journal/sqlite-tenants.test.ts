import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newRun, outcome, silentOwner, suspended } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

let fixture: SqliteFixture;
beforeEach(async () => {
  fixture = await sqliteFixture();
  for (const tenant of ["default", "acme"]) {
    const journal = await fixture.store.forTenant(tenant).create(newRun("r"), silentOwner);
    await Promise.all([journal.append(outcome("of", tenant)), journal.append(suspended)]);
    await fixture.store.forTenant(tenant).signal("r", { id: "s", path: "a", value: tenant, by: null, at: 1 });
  }
});
afterEach(() => fixture.close());

/** Changes the file behind the store's back. */
function tamper(sql: string): void {
  const database = new DatabaseSync(fixture.path);
  database.exec(sql);
  database.close();
}

test("a run that was moved to another tenant is damaged", async () => {
  tamper("UPDATE runs SET tenant = 'beta' WHERE tenant = 'acme'");
  await expect(fixture.store.forTenant("beta").read("r")).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
  expect((await fixture.store.read("r")).records[0]).toEqual(outcome("of", "default"));
});

test.each(["records", "signals"])("%s of another tenant in a run of the same id are damaged", async (table) => {
  const runOf = (tenant: string): string => `(SELECT id FROM runs WHERE tenant = '${tenant}')`;
  tamper(`DELETE FROM ${table} WHERE run = ${runOf("default")};
    UPDATE ${table} SET run = ${runOf("default")} WHERE run = ${runOf("acme")}`);
  await expect(fixture.store.read("r")).rejects.toMatchObject({ code: "ICE_STORE_CORRUPT" });
});
