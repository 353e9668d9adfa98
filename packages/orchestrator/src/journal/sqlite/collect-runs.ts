import type { CollectOptions } from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import { collectCached } from "./cached-rows.ts";
import type { Database } from "./database.ts";
import { selectRuns, type RunRow } from "./run-row.ts";
import type { StoreFile } from "./store-file.ts";

/** Runs that are deleted in one transaction, so that others do not wait long for the store. */
const runsAtOnce = 100;

type Collected = CollectOptions & Pick<RunRow, "tenant">;

/** Deletes old runs of a tenant, values without references, and cached outputs that have expired. */
export async function collectIn(
  file: StoreFile,
  options: Collected,
): Promise<{ readonly runs: number; readonly blobs: number }> {
  const { database, isOwned } = file;
  const { timeSlice, clock } = file.options;
  let runs = 0;
  for (let more = true; more;) {
    const count = await file.now(() => collectRuns(database, options, isOwned, timeSlice));
    runs += count;
    more = count > 0;
    await timeSlice.next();
  }
  await file.commit(() => collectCached(database, options.tenant, clock.now()));
  return { runs, blobs: await file.now(() => collectBlobs(database, clock.now())) };
}

/**
 * Deletes some old runs of a tenant, within the time slice but at least one.
 *
 * @returns the number of deleted runs; 0 when none are left.
 */
function collectRuns(
  database: Database,
  { tenant, endedBefore, idleBefore }: Collected,
  isOwned: (run: RunRow) => boolean,
  timeSlice: TimeSlice,
): number {
  return database.transact(() => {
    const ended = database.all<RunRow>(
      `${selectRuns} WHERE tenant = ? AND ended_at < ? LIMIT ?`,
      tenant,
      endedBefore,
      runsAtOnce,
    );
    const idle =
      idleBefore === undefined
        ? []
        : database.all<RunRow>(
            `${selectRuns} WHERE tenant = ? AND status IN ('running', 'suspended', 'interrupted')
              AND max(updated_at, coalesce(resume_at, 0)) < ?`,
            tenant,
            idleBefore,
          );
    const chosen = [...ended, ...idle].filter((run) => !isOwned(run)).slice(0, runsAtOnce);
    let deleted = 0;
    for (const { id } of chosen) {
      database.run("DELETE FROM runs WHERE id = ?", id);
      deleted += 1;
      if (timeSlice.isOver()) break;
    }
    return deleted;
  });
}

/**
 * Deletes values without references, and owners that own nothing and no longer renew a lease.
 *
 * @returns the number of deleted values.
 */
function collectBlobs(database: Database, now: number): number {
  return database.transact(() => {
    database.run(
      "DELETE FROM owners WHERE lease_until < ? AND id NOT IN (SELECT owner FROM runs WHERE owner IS NOT NULL)",
      now,
    );
    return database.run("DELETE FROM blobs WHERE hash NOT IN (SELECT hash FROM placed)");
  });
}
