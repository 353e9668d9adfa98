import type { CollectOptions } from "@ice/core";
import type { StoreDatabase } from "./store-database.ts";

/** Runs, or values, that are deleted in one transaction, so that others do not wait long for them. */
const [runsAtOnce, valuesAtOnce] = [100, 500];

/** Deletes old runs of a tenant, values without references, and cached outputs that have expired. */
export async function collectIn(
  { opened: database, options: { clock, timeSlice, onCollected } }: StoreDatabase,
  tenant: string,
  options: CollectOptions,
): Promise<{ readonly runs: number; readonly blobs: number }> {
  const repeat = async (some: () => Promise<number>): Promise<number> => {
    for (let total = 0; ;) {
      const count = await some();
      if (count === 0) return total;
      total += count;
      await timeSlice.next();
    }
  };
  const runs = await repeat(() => collectRuns(database, tenant, options));
  await repeat(onCollected);
  await database.run("DELETE FROM cache WHERE tenant = $1 AND expires_at <= $2", tenant, clock.now());
  // Those of workers are for their peers to replace.
  await database.run(
    `DELETE FROM owners WHERE lease_until < now() AND worker IS NULL
      AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.owner = owners.id)`,
  );
  const blobs = await repeat(() =>
    database.run(
      `DELETE FROM blobs WHERE hash IN (
        SELECT hash FROM blobs WHERE NOT EXISTS (SELECT 1 FROM blob_refs WHERE blob_refs.hash = blobs.hash) LIMIT $1
      )`,
      valuesAtOnce,
    ),
  );
  return { runs, blobs };
}

/**
 * Deletes some old runs of a tenant. Their rows are locked first: what is added to them meanwhile is seen by the next statement.
 *
 * @returns the number of deleted runs; 0 when none are left.
 */
function collectRuns(
  database: StoreDatabase["database"],
  tenant: string,
  { endedBefore, idleBefore }: CollectOptions,
): Promise<number> {
  return database.transact(async (queries) => {
    const ended = await queries.all<{ id: number }>(
      "SELECT id FROM runs WHERE tenant = $1 AND ended_at < $2 LIMIT $3 FOR UPDATE SKIP LOCKED",
      tenant,
      endedBefore,
      runsAtOnce,
    );
    const idle =
      idleBefore === undefined
        ? []
        : await queries.all<{ id: number }>(
            `SELECT id FROM runs WHERE tenant = $1 AND status IN ('running', 'suspended', 'interrupted')
              AND greatest(updated_at, resume_at) < $2 AND queue IS NULL
              AND NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = runs.owner AND lease_until > now())
              LIMIT $3 FOR UPDATE SKIP LOCKED`,
            tenant,
            idleBefore,
            runsAtOnce,
          );
    const ids = [...ended, ...idle].map(({ id }) => id);
    if (ids.length === 0) return 0;
    for (const table of ["records", "signals", "blob_refs", "requests", "outcomes", "job_steps"])
      await queries.run(`DELETE FROM ${table} WHERE run = ANY ($1::bigint[])`, ids);
    return queries.run("DELETE FROM runs WHERE id = ANY ($1::bigint[])", ids);
  });
}
