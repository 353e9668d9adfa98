import {
  maxRunCount,
  type ListQuery,
  type ObservedStatus,
  type PageQuery,
  type RunCounts,
  type RunPage,
  type RunSummary,
} from "@ice/core";
import { rowStatuses, shownStatus, storedStatuses, summaryOf, type Steps } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { selectRuns, type RunRow } from "./run-row.ts";

const maxLimit = 10_000;

/** Rows that are read in one step. */
const pageSize = 200;

type Selection = ListQuery & Pick<RunRow, "tenant">;
type IsOwned = (run: RunRow) => boolean;

/** The newest first, or those that are due. Runs whose row says `running` are listed as `interrupted` if no process owns them. */
export function* listRuns(
  database: Database,
  { limit = 100, ...selection }: Selection,
  isOwned: IsOwned,
): Steps<readonly RunSummary[]> {
  const most = Math.max(0, Math.min(limit, maxLimit));
  const list = selection.dueBy === undefined ? newestRuns : dueRuns;
  return (yield* list(database, selection, most, isOwned)).slice(0, most);
}

function* newestRuns(
  database: Database,
  { tenant, status, workflow }: Selection,
  most: number,
  isOwned: IsOwned,
): Steps<readonly RunSummary[]> {
  const selection = { tenant, workflow, statuses: status && [status] };
  const rows = yield* newestRows(database, selection, most, isOwned);
  return rows.map((row) => summaryOf(database.path, row, isOwned));
}

/** A page of runs, the newest first. */
export function* pageOfRuns(
  database: Database,
  { count, counts, ...selection }: NewestSelection & { readonly count: number },
  isOwned: IsOwned,
): Steps<RunPage> {
  const rows = yield* newestRows(database, selection, count + 1, isOwned);
  const last = rows[count - 1];
  return {
    runs: rows.slice(0, count).map((row) => summaryOf(database.path, row, isOwned)),
    ...(rows.length > count && { next: { at: last!.started_at, sequence: last!.id } }),
    ...(counts === true && { counts: yield* countsOf(database, selection.tenant, isOwned) }),
  };
}

/** By the index of statuses, and only as far as they are shown. */
function* countsOf(database: Database, tenant: string, isOwned: IsOwned): Steps<RunCounts> {
  const counts: Partial<Record<ObservedStatus, number>> = {};
  for (const status of rowStatuses) {
    const { count } = database.get<{ count: number }>(
      "SELECT count(*) AS count FROM (SELECT 1 FROM runs WHERE tenant = ? AND status = ? LIMIT ?)",
      tenant,
      status,
      maxRunCount,
    )!;
    counts[status] = count;
    yield;
  }
  // Those that no process owns are shown as interrupted.
  const running = database.all<RunRow>(
    `${selectRuns} WHERE tenant = ? AND status = 'running' LIMIT ?`,
    tenant,
    maxRunCount,
  );
  const left = running.filter((row) => !isOwned(row)).length;
  return {
    ...(counts as Record<ObservedStatus, number>),
    running: running.length - left,
    interrupted: Math.min(maxRunCount, counts.interrupted! + left),
    queued: 0,
  };
}

type NewestSelection = Omit<PageQuery, "limit"> & Pick<RunRow, "tenant">;

function* newestRows(
  database: Database,
  { tenant, statuses, workflow, since, until, after }: NewestSelection,
  most: number,
  isOwned: IsOwned,
): Steps<readonly RunRow[]> {
  const rows: RunRow[] = [];
  // An interrupted run may be stored as running, so each stored status is read by its own index, as far as it may be needed.
  const storedAs = statuses === undefined ? [undefined] : new Set(statuses.flatMap(storedStatuses));
  for (const stored of storedAs) {
    let found = 0;
    let page: readonly RunRow[] = [];
    do {
      const last = page.at(-1);
      const end = last === undefined ? after : { at: last.started_at, sequence: last.id };
      page = pageOf(database, "started_at DESC, runs.id DESC", [
        ["tenant = ?", tenant],
        ["status = ?", stored],
        ["workflow = ?", workflow],
        ["started_at >= ?", since],
        ["started_at < ?", until],
        ["(started_at, runs.id) < (?, ?)", end?.at, end?.sequence],
      ]);
      for (const row of page) {
        if (found === most || (statuses !== undefined && !statuses.includes(shownStatus(row, isOwned)))) continue;
        rows.push(row);
        found += 1;
      }
      yield;
    } while (page.length === pageSize && found < most);
  }
  return rows.toSorted((a, b) => b.started_at - a.started_at || b.id - a.id).slice(0, most);
}

/** Suspended runs without an owner in which something goes on by itself by then, the earliest first. */
function* dueRuns(
  database: Database,
  { tenant, status = "suspended", workflow, dueBy }: Selection,
  most: number,
  isOwned: IsOwned,
): Steps<readonly RunSummary[]> {
  const runs: RunSummary[] = [];
  if (status !== "suspended") return runs;
  let page: readonly RunRow[] = [];
  do {
    const last = page.at(-1);
    page = pageOf(database, "resume_at, runs.id", [
      ["tenant = ?", tenant],
      ["resume_at <= ?", dueBy],
      ["status = ?", status],
      ["workflow = ?", workflow],
      ["(resume_at, runs.id) > (?, ?)", last?.resume_at, last?.id],
    ]);
    for (const row of page) if (!isOwned(row)) runs.push(summaryOf(database.path, row, isOwned));
    yield;
  } while (page.length === pageSize && runs.length < most);
  return runs;
}

/** SQL with the values of its parameters. Without a value it is no condition. */
type Condition = readonly [sql: string, ...values: readonly (string | number | null | undefined)[]];

/** The next rows of a list. */
function pageOf(database: Database, order: string, conditions: readonly Condition[]): readonly RunRow[] {
  const used = conditions.filter(([, value]) => value !== undefined);
  return database.all<RunRow>(
    `${selectRuns} WHERE ${used.map(([sql]) => sql).join(" AND ")} ORDER BY ${order} LIMIT ${pageSize}`,
    ...used.flatMap(([, ...values]) => values as (string | number | null)[]),
  );
}
