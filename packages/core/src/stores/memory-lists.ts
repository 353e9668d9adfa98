import type { RequestPage, RequestQuery } from "../journal/open-request.ts";
import { maxRunCount, type PageEnd, type PageQuery, type RunCounts, type RunPage } from "../journal/run-page.ts";
import { openRequestOf, type MemoryRun } from "./memory-run.ts";
import { pageLimit } from "./page-limit.ts";

/** A page of runs, the newest first. @param all - in the order of their creation. */
export function pageOfRuns(
  all: readonly MemoryRun[],
  { statuses, workflow, since = -Infinity, until = Infinity, limit, after, counts }: PageQuery = {},
): RunPage {
  const count = pageLimit(limit);
  const runs = newestFirst(all).filter(
    ({ head, status, sequence }) =>
      (statuses === undefined || statuses.includes(status)) &&
      (workflow ?? head.workflow) === head.workflow &&
      head.startedAt >= since &&
      head.startedAt < until &&
      (after === undefined || isBefore({ at: head.startedAt, sequence }, after)),
  );
  const last = runs[count - 1];
  return {
    runs: runs.slice(0, count).map((kept) => kept.summary()),
    ...(runs.length > count && { next: { at: last!.head.startedAt, sequence: last!.sequence } }),
    ...(counts === true && { counts: countsOf(all) }),
  };
}

function countsOf(runs: readonly MemoryRun[]): RunCounts {
  const counts = { running: 0, completed: 0, failed: 0, cancelled: 0, suspended: 0, interrupted: 0, queued: 0 };
  for (const { status } of runs) counts[status] = Math.min(maxRunCount, counts[status] + 1);
  return counts;
}

/** A page of the open requests of runs, the oldest first. */
export function pageOfRequests(runs: readonly MemoryRun[], { limit, after }: Omit<RequestQuery, "runId">): RequestPage {
  const count = pageLimit(limit);
  const found = runs
    .flatMap(({ head, requests }) =>
      requests.map(({ sequence, record }) => ({ at: record.at, sequence, request: openRequestOf(head, record) })),
    )
    .filter((request) => after === undefined || isBefore(after, request))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  const last = found[count - 1];
  return {
    requests: found.slice(0, count).map(({ request }) => request),
    ...(found.length > count && { next: { at: last!.at, sequence: last!.sequence } }),
  };
}

export const newestFirst = (runs: readonly MemoryRun[]): readonly MemoryRun[] =>
  runs.toReversed().toSorted((a, b) => b.head.startedAt - a.head.startedAt);

export const dueFirst = (runs: readonly MemoryRun[], dueBy: number): readonly MemoryRun[] =>
  runs
    .filter((kept) => kept.status === "suspended" && kept.owner === undefined && (kept.resumeAt ?? Infinity) <= dueBy)
    .toSorted((a, b) => a.resumeAt! - b.resumeAt!);

const isBefore = (a: PageEnd, b: PageEnd): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
