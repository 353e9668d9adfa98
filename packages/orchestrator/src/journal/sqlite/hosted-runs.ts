import type { Hosting, RunToHost } from "@ice/core";
import type { Database } from "./database.ts";
import { requireRun, selectRuns, type RunRow } from "./run-row.ts";
import type { StoreFile } from "./store-file.ts";

/** The hosted runs in a file. @param tenant - of the runs that are adopted. */
export function hostingIn(file: StoreFile, tenant: string): Hosting {
  const { database, ownership, news, isOwned } = file;
  return {
    adopt: (runId) => file.commit(() => adoptRun(database, tenant, runId)),
    toContinue: (now, limit) =>
      file.now(() => runsToContinue(database, { now, limit, ownerId: ownership.id, isOwned })),
    keepWaiting: ({ runId, signals }) => file.commit(() => keepRunWaiting(database, tenant, runId, signals)),
    nextDue: () => file.now(() => nextDueRun(database)),
    watch: (listener) => {
      file.assertOpen();
      return news.watchAll(listener);
    },
  };
}

/** Marks a run as hosted. In a transaction. */
function adoptRun(database: Database, tenant: string, runId: string): void {
  database.run("UPDATE runs SET hosted = 1 WHERE id = ? AND hosted = 0", requireRun(database, tenant, runId).id);
}

/** Hosted runs of all tenants that can go on, and that no process owns; at most `limit` of each kind. */
function runsToContinue(
  database: Database,
  { now, limit, ownerId, isOwned }: { now: number; limit: number; ownerId: string; isOwned: (run: RunRow) => boolean },
): readonly RunToHost[] {
  const free = (why: RunToHost["why"], rows: readonly RunRow[]): RunToHost[] =>
    rows.filter((row) => !isOwned(row)).map(({ tenant, run_id: runId, signals }) => ({ tenant, runId, why, signals }));
  const hosted = "hosted = 1 AND ended_at IS NULL";
  return [
    ...free(
      "interrupted",
      database.all(
        `${selectRuns} WHERE ${hosted} AND status IN ('running', 'interrupted') AND owner IS NOT ? ORDER BY runs.id LIMIT ?`,
        ownerId,
        limit,
      ),
    ),
    ...free(
      "due",
      database.all(
        `${selectRuns} WHERE ${hosted} AND status = 'suspended' AND resume_at <= ? ORDER BY resume_at LIMIT ?`,
        now,
        limit,
      ),
    ),
    ...free(
      "signalled",
      database.all(
        `${selectRuns} WHERE hosted = 1 AND status = 'suspended' AND signals > seen ORDER BY runs.id LIMIT ?`,
        limit,
      ),
    ),
  ];
}

/** Notes that a suspended run does not wait for the signals that it had when it was looked at. In a transaction. */
function keepRunWaiting(database: Database, tenant: string, runId: string, signals: number): void {
  const { id } = requireRun(database, tenant, runId);
  database.run("UPDATE runs SET seen = max(seen, ?) WHERE id = ? AND status = 'suspended'", signals, id);
}

/** When the earliest suspended hosted run of any tenant is due. */
function nextDueRun(database: Database): number | undefined {
  const { due } = database.get<{ due: number | null }>(
    "SELECT min(resume_at) AS due FROM runs WHERE hosted = 1 AND ended_at IS NULL AND status = 'suspended'",
  )!;
  return due ?? undefined;
}
