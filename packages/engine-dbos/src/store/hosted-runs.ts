import type { Hosting, RunToHost } from "@ice/core";
import { lockRun, requireRun, selectRuns, type RunRow } from "./run-row.ts";
import type { StoreDatabase } from "./store-database.ts";

/** The hosted runs in a database. @param tenant - of the runs that are adopted. */
export function hostingIn(store: StoreDatabase, tenant: string): Hosting {
  return {
    async adopt(runId) {
      await store.opened.transact(async (queries) => {
        const row = await lockRun(queries, tenant, runId);
        if (row.hosted === 1) return;
        await queries.run("UPDATE runs SET hosted = 1 WHERE id = $1", row.id);
        // They came before workers cared for it.
        if (row.signals > row.seen) await store.options.onSignalled(queries, { ...row, hosted: 1 });
      });
    },
    toContinue: async (now, limit) => runsToContinue(store, now, limit),
    async keepWaiting({ runId, signals }) {
      const { id } = await requireRun(store.opened, tenant, runId);
      await store.opened.run(
        "UPDATE runs SET seen = greatest(seen, $2) WHERE id = $1 AND status = 'suspended'",
        id,
        signals,
      );
    },
    async nextDue() {
      const row = await store.opened.get<{ due: number | null }>(
        "SELECT min(resume_at) AS due FROM runs WHERE hosted = 1 AND ended_at IS NULL AND status = 'suspended'",
      );
      return row?.due ?? undefined;
    },
    watch(listener) {
      store.assertOpen();
      return store.feed.watchAll(listener);
    },
  };
}

/** Hosted runs of all tenants that can go on, and that no process owns; at most `limit` of each kind. */
async function runsToContinue(store: StoreDatabase, now: number, limit: number): Promise<readonly RunToHost[]> {
  const { opened: database, isOwned } = store;
  const free = (why: RunToHost["why"], rows: readonly RunRow[]): RunToHost[] =>
    rows.filter((row) => !isOwned(row)).map(({ tenant, run_id: runId, signals }) => ({ tenant, runId, why, signals }));
  const hosted = "runs.hosted = 1 AND runs.ended_at IS NULL";
  return [
    ...free(
      "interrupted",
      await database.all(
        `${selectRuns} WHERE ${hosted} AND runs.status IN ('running', 'interrupted')
          AND (owners.lease_until IS NULL OR owners.lease_until <= now() OR starts_with(owners.process, $2))
          ORDER BY runs.id LIMIT $1`,
        limit,
        // A process of this machine may have died; that is found out below.
        store.processes.place ?? null,
      ),
    ),
    ...free(
      "due",
      await database.all(
        `${selectRuns} WHERE ${hosted} AND runs.status = 'suspended' AND runs.resume_at <= $1
          ORDER BY runs.resume_at LIMIT $2`,
        now,
        limit,
      ),
    ),
    ...free(
      "signalled",
      await database.all(
        `${selectRuns} WHERE runs.hosted = 1 AND runs.status = 'suspended' AND runs.signals > runs.seen
          ORDER BY runs.id LIMIT $1`,
        limit,
      ),
    ),
  ];
}
