import type { ListQuery, ObservedStatus, RunKind, RunSummary } from "@ice/core";
import type { Steps } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { originOf } from "./origins.ts";
import { selectRuns, type RunRow } from "./run-row.ts";
import { damaged } from "./store-error.ts";

const maxLimit = 10_000;

/** Rows that are read in one step. */
const pageSize = 200;

/** The newest first. Runs whose row says `running` are listed as `interrupted` if no process owns them. */
export function* listRuns(
  database: Database,
  { tenant, status, workflow, dueBy, limit = 100 }: ListQuery & Pick<RunRow, "tenant">,
  isOwned: (run: RunRow) => boolean,
): Steps<readonly RunSummary[]> {
  const most = Math.max(0, Math.min(limit, maxLimit));
  if (dueBy !== undefined)
    return listDue(database, { tenant, dueBy, most }).map((row) => summaryOf(database, row, isOwned));
  const runs: RunSummary[] = [];
  // An interrupted run may be stored as running, so each stored status is read by its own index and filtered here.
  for (const stored of storedAs(status)) {
    let found = 0;
    let page: readonly RunRow[] = [];
    do {
      page = pageOf(database, { tenant, status: stored, workflow, before: page.at(-1) });
      for (const row of page) {
        const summary = summaryOf(database, row, isOwned);
        if (found === most || (status !== undefined && summary.status !== status)) continue;
        runs.push(summary);
        found += 1;
      }
      yield;
    } while (page.length === pageSize && found < most);
  }
  if (status === "interrupted") runs.sort((a, b) => b.startedAt - a.startedAt);
  return runs.slice(0, most);
}

/** Suspended runs in which something goes on by itself by now, the earliest first. */
const listDue = (
  database: Database,
  { tenant, dueBy, most }: { readonly tenant: string; readonly dueBy: number; readonly most: number },
): readonly RunRow[] =>
  database.all<RunRow>(
    `${selectRuns} WHERE tenant = ? AND resume_at <= ? AND status = 'suspended' ORDER BY resume_at, runs.id LIMIT ?`,
    tenant,
    dueBy,
    most,
  );

/** The rows that follow a row in the order of the list. */
function pageOf(
  database: Database,
  {
    tenant,
    status,
    workflow,
    before,
  }: {
    readonly tenant: string;
    readonly status: string | undefined;
    readonly workflow: string | undefined;
    readonly before: RunRow | undefined;
  },
): readonly RunRow[] {
  const conditions = [
    "tenant = ?",
    status !== undefined && "status = ?",
    workflow !== undefined && "workflow = ?",
    before !== undefined && "(started_at, runs.id) < (?, ?)",
  ].filter((condition) => condition !== false);
  const values = [tenant, status, workflow, before?.started_at, before?.id].filter((value) => value !== undefined);
  const sql = `${selectRuns} WHERE ${conditions.join(" AND ")} ORDER BY started_at DESC, runs.id DESC LIMIT ${pageSize}`;
  return database.all<RunRow>(sql, ...values);
}

const statuses: ReadonlySet<string> = new Set<ObservedStatus>([
  "running",
  "completed",
  "failed",
  "cancelled",
  "suspended",
  "interrupted",
]);
const kinds: ReadonlySet<string | null> = new Set<RunKind | null>(["workflow", "network", null]);
/** The maximum time of a `Date`. */
const lastMoment = 8_640_000_000_000_000;

/** Rows have no checksum: the fields of a list are checked here, and compared with the records when the run is read. */
function assertListable({ path }: Database, row: RunRow): void {
  const { run_id: runId, kind, status } = row;
  const times = [row.started_at, row.updated_at, row.ended_at ?? 0, row.resume_at ?? 0];
  const known = statuses.has(status) && kinds.has(kind);
  if (known && times.every((time) => time >= 0 && time <= lastMoment)) return;
  throw damaged(path, `run "${runId}" has an invalid status, kind or time`);
}

/** The status that lists and readers show. */
export function shownStatus(row: RunRow, isOwned: (run: RunRow) => boolean): ObservedStatus {
  return row.status === "running" && !isOwned(row) ? "interrupted" : (row.status as ObservedStatus);
}

function storedAs(status: ObservedStatus | undefined): readonly (string | undefined)[] {
  return status === "interrupted" ? ["interrupted", "running"] : [status];
}

/** @throws IceError `ICE_STORE_CORRUPT`. */
export function summaryOf(database: Database, row: RunRow, isOwned: (run: RunRow) => boolean): RunSummary {
  assertListable(database, row);
  return {
    runId: row.run_id,
    workflow: row.workflow,
    version: row.version,
    ...originOf(row),
    status: shownStatus(row, isOwned),
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.resume_at === null ? {} : { resumeAt: row.resume_at }),
  };
}
