import type { ListQuery, RunSummary, ShownStatus } from "@ice/core";
import type { Database } from "./database.ts";
import { selectRuns, type RunRow } from "./run-row.ts";

const maxLimit = 10_000;

/** The newest first. Rows that say `running` are shown as `interrupted` when nobody has them. */
export function listRuns(
  database: Database,
  { status, workflow, limit = 100 }: ListQuery,
  isOwned: (run: RunRow) => boolean,
): readonly RunSummary[] {
  const most = Math.max(0, Math.min(limit, maxLimit));
  const runs: RunSummary[] = [];
  // An interrupted run may be stored as running, so each stored status is read by its own index and sifted here.
  for (const stored of storedAs(status)) {
    const conditions = [stored && "status = ?", workflow !== undefined && "workflow = ?"].filter(Boolean);
    const values = [stored, workflow].filter((value) => value !== undefined);
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const sifted = stored === "running";
    const rows = database.all<RunRow>(
      `${selectRuns} ${where} ORDER BY started_at DESC, runs.id DESC LIMIT ?`,
      ...values,
      sifted ? -1 : most,
    );
    for (const row of rows) {
      const shown = shownStatus(row, isOwned);
      if (status === undefined || shown === status) runs.push(summaryOf(row, shown));
    }
  }
  if (status === "interrupted") runs.sort((a, b) => b.startedAt - a.startedAt);
  return runs.slice(0, most);
}

/** As lists and readers see it. */
export function shownStatus(row: RunRow, isOwned: (run: RunRow) => boolean): ShownStatus {
  return row.status === "running" && !isOwned(row) ? "interrupted" : (row.status as ShownStatus);
}

function storedAs(status: ShownStatus | undefined): readonly (string | undefined)[] {
  return status === "interrupted" ? ["interrupted", "running"] : [status];
}

function summaryOf(row: RunRow, status: ShownStatus): RunSummary {
  return {
    runId: row.run_id,
    workflow: row.workflow,
    version: row.version,
    status,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
  };
}
