import { maxRunCount, type ListQuery, type PageQuery, type RunCounts, type RunPage, type RunSummary } from "@ice/core";
import { shownStatus, storedStatuses, summaryOf } from "@ice/core/internal";
import type { Database, Value } from "./database.ts";
import { selectRuns, type RunRow } from "./run-row.ts";

const maxLimit = 10_000;

/** Rows that are read in one statement. */
const pageSize = 500;

type Selection = ListQuery & Pick<RunRow, "tenant">;
type IsOwned = (run: RunRow) => boolean;

/** The newest first, or those that are due. Runs whose row says `running` are listed as `interrupted` if no process owns them. */
export async function listRuns(
  database: Database,
  { limit = 100, ...selection }: Selection,
  isOwned: IsOwned,
): Promise<readonly RunSummary[]> {
  const most = Math.max(0, Math.min(limit, maxLimit));
  if (most === 0) return [];
  const list = selection.dueBy === undefined ? newestRuns : dueRuns;
  return (await list(database, selection, most, isOwned)).slice(0, most);
}

async function newestRuns(
  database: Database,
  { tenant, status, workflow }: Selection,
  most: number,
  isOwned: IsOwned,
): Promise<readonly RunSummary[]> {
  const rows = await newestRows(database, { tenant, workflow, statuses: status && [status] }, most, isOwned);
  return rows.map((row) => summaryOf(database.url, row, isOwned));
}

/** A page of runs, the newest first. */
export async function pageOfRuns(
  database: Database,
  { count, counts, ...selection }: NewestSelection & { readonly count: number },
  isOwned: IsOwned,
): Promise<RunPage> {
  const rows = await newestRows(database, selection, count + 1, isOwned);
  const last = rows[count - 1];
  return {
    runs: rows.slice(0, count).map((row) => summaryOf(database.url, row, isOwned)),
    ...(rows.length > count && { next: { at: last!.started_at, sequence: last!.id } }),
    ...(counts === true && { counts: await countsOf(database, selection.tenant, isOwned) }),
  };
}

/** By the index of statuses, and only as far as they are shown. */
async function countsOf(database: Database, tenant: string, isOwned: IsOwned): Promise<RunCounts> {
  const counts = { running: 0, completed: 0, failed: 0, cancelled: 0, suspended: 0, interrupted: 0, queued: 0 };
  const ended = await database.all<{ status: "completed" | "failed" | "cancelled"; count: number }>(
    `SELECT status, (SELECT count(*) FROM (
        SELECT 1 FROM runs WHERE tenant = $1 AND runs.status = one.status LIMIT $2) AS counted) AS count
      FROM unnest(ARRAY['completed', 'failed', 'cancelled']) AS one (status)`,
    tenant,
    maxRunCount,
  );
  for (const { status, count } of ended) counts[status] = count;
  // Of the others, their owners and the queue decide what they are shown as.
  for (const status of ["running", "suspended", "interrupted"]) {
    const sql = `${selectRuns} WHERE runs.tenant = $1 AND runs.status = $2 LIMIT $3`;
    for (const row of await database.all<RunRow>(sql, tenant, status, maxRunCount))
      counts[shownStatus(row, isOwned)] += 1;
  }
  for (const status of ["interrupted", "queued"] as const) counts[status] = Math.min(maxRunCount, counts[status]);
  return counts;
}

type NewestSelection = Omit<PageQuery, "limit"> & Pick<RunRow, "tenant">;

async function newestRows(
  database: Database,
  { tenant, statuses, workflow, since, until, after }: NewestSelection,
  most: number,
  isOwned: IsOwned,
): Promise<readonly RunRow[]> {
  const rows: RunRow[] = [];
  // An interrupted run may be stored as running, so each stored status is read by its own index, as far as it may be needed.
  const storedAs = statuses === undefined ? [undefined] : new Set(statuses.flatMap(storedStatuses));
  for (const stored of storedAs) {
    let found = 0;
    let page: readonly RunRow[] = [];
    do {
      const last = page.at(-1);
      const end = last === undefined ? after : { at: last.started_at, sequence: last.id };
      page = await pageOf(database, "runs.started_at DESC, runs.id DESC", Math.min(most, pageSize), [
        ["runs.tenant = ?", tenant],
        ["runs.status = ?", stored],
        ["runs.workflow = ?", workflow],
        ["runs.started_at >= ?", since],
        ["runs.started_at < ?", until],
        ["(runs.started_at, runs.id) < (?, ?)", end?.at, end?.sequence],
      ]);
      for (const row of page) {
        if (found === most || (statuses !== undefined && !statuses.includes(shownStatus(row, isOwned)))) continue;
        rows.push(row);
        found += 1;
      }
    } while (page.length === Math.min(most, pageSize) && found < most);
  }
  return rows.toSorted((a, b) => b.started_at - a.started_at || b.id - a.id).slice(0, most);
}

/** Suspended runs without an owner in which something goes on by itself by then, the earliest first. */
async function dueRuns(
  database: Database,
  { tenant, status = "suspended", workflow, dueBy }: Selection,
  most: number,
  isOwned: IsOwned,
): Promise<readonly RunSummary[]> {
  const runs: RunSummary[] = [];
  if (status !== "suspended") return runs;
  let page: readonly RunRow[] = [];
  do {
    const last = page.at(-1);
    page = await pageOf(database, "runs.resume_at, runs.id", pageSize, [
      ["runs.tenant = ?", tenant],
      ["runs.resume_at <= ?", dueBy],
      ["runs.status = ?", status],
      ["runs.workflow = ?", workflow],
      ["(runs.resume_at, runs.id) > (?, ?)", last?.resume_at, last?.id],
    ]);
    for (const row of page) if (!isOwned(row)) runs.push(summaryOf(database.url, row, isOwned));
  } while (page.length === pageSize && runs.length < most);
  return runs;
}

/** SQL with the values of its parameters, each written `?`. Without a value it is no condition. */
type Condition = readonly [sql: string, ...values: readonly (string | number | null | undefined)[]];

/** The next rows of a list. */
function pageOf(
  database: Database,
  order: string,
  limit: number,
  conditions: readonly Condition[],
): Promise<readonly RunRow[]> {
  const used = conditions.filter(([, value]) => value !== undefined);
  const values: Value[] = used.flatMap(([, ...given]) => given as (string | number | null)[]);
  let n = 0;
  const where = used.map(([sql]) => sql.replaceAll("?", () => `$${(n += 1)}`)).join(" AND ");
  return database.all<RunRow>(
    `${selectRuns} WHERE ${where} ORDER BY ${order} LIMIT $${values.length + 1}`,
    ...values,
    limit,
  );
}
