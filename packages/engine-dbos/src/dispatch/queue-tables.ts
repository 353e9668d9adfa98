import { withMigrationLock } from "../store/migration-lock.ts";
import type { Database, Queries } from "../store/database.ts";

/**
 * Brings the tables of DBOS to the version that it needs, and creates them where they are missing.
 *
 * @throws IceError `ICE_STORE_*`.
 */
export async function createQueueTables(database: Database, schema: string): Promise<void> {
  const { runSysMigrationsPg } = await import("@dbos-inc/dbos-sdk/internal/sysdb_migrations/migration_runner");
  const steps = await queueSteps(schema);
  await withMigrationLock(database, { schema, what: "queues" }, async ({ client, get }) => {
    // Even if it exists, `CREATE SCHEMA` would need a permission for the whole database.
    const exists = await get("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema);
    if (exists === undefined) await client.query(`CREATE SCHEMA ${schema}`);
    await runSysMigrationsPg(client, steps, schema, { onWarn() {} });
  });
}

/** Whether the tables exist; false also where they are those of an older version. */
export async function hasQueueTables(queries: Queries, schema: string): Promise<boolean> {
  const exists = await queries.get<{ exists: boolean }>(
    "SELECT to_regclass($1) IS NOT NULL AS exists",
    `${schema}.dbos_migrations`,
  );
  if (exists?.exists !== true) return false;
  const row = await queries.get<{ version: number }>(`SELECT max(version) AS version FROM ${schema}.dbos_migrations`);
  return (row?.version ?? 0) >= (await queueSteps(schema)).length;
}

/** The steps of DBOS without that which creates the schema; they keep their numbers. */
async function queueSteps(schema: string) {
  const { allMigrations } = await import("@dbos-inc/dbos-sdk/internal/sysdb_migrations/internal/migrations");
  return allMigrations(schema, { useListenNotify: false }).map((step) => ({
    ...step,
    pg: (step.pg ?? []).filter((sql) => !/^\s*CREATE SCHEMA\b/i.test(sql)),
  }));
}
