import { setTimeout as delay } from "node:timers/promises";
import { IceError } from "@ice/core";
import { endOf, queriesOn, type Connected, type Database } from "./database.ts";
import { toStoreError } from "./store-error.ts";

/** How often a process tries to be the one that changes a schema, and for how long. */
const [pollMs, maxWaitMs] = [50, 60_000];

/**
 * Of several processes one at a time changes the tables of a schema. The lock is asked for again and again: one that waits would block
 * statements that create an index concurrently, which DBOS does.
 *
 * @param what - is changed, for the error: "tables".
 * @param change - gets the connection that holds the lock.
 * @throws IceError `ICE_STORE_LOCKED` after a minute, or what `toStoreError` makes of an error.
 */
export async function withMigrationLock(
  database: Database,
  { schema, what }: { readonly schema: string; readonly what: string },
  change: (queries: Connected) => Promise<void>,
): Promise<void> {
  const client = database.connection();
  client.on("error", () => {});
  const since = performance.now();
  try {
    await client.connect();
    await database.configure(client);
    const queries = queriesOn(client);
    const lock = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free";
    while (!(await queries.get<{ free: boolean }>(lock, `ice ${schema}`))?.free) {
      if (performance.now() - since > maxWaitMs) throw isMigrating(database.url, what);
      await delay(pollMs);
    }
    await change(queries);
  } catch (error) {
    throw toStoreError(error, database.url);
  } finally {
    // The lock is released with the connection.
    await endOf(client);
  }
}

const isMigrating = (url: string, what: string): IceError =>
  new IceError("ICE_STORE_LOCKED", `The ${what} of ${url} are being created or changed by another process.`, {
    fix: "wait until it has ended, and try again",
    retryable: true,
    details: { store: url },
  });
