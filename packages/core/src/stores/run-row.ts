import type { ObservedStatus } from "../result/result.ts";
import type { RunKind, RunSummary } from "../journal/run-summary.ts";
import { damaged } from "../journal/run-errors.ts";
import { readListedError } from "./listed-error.ts";

/** What the row of a run says for lists, by the names of its columns. */
export interface RunColumns {
  readonly tenant: string;
  readonly run_id: string;
  readonly workflow: string;
  readonly version: string;
  /**
   * As of the last record: `running` does not imply that its owner is alive. A run that was suspended although it was asked to cancel is
   * `interrupted`.
   */
  readonly status: string;
  readonly started_at: number;
  readonly updated_at: number;
  readonly ended_at: number | null;
  /** Of a suspended run: when something in it goes on by itself. */
  readonly resume_at: number | null;
  /** Number of records, including the head. */
  readonly records: number;
  readonly signals: number;
  readonly created_by: string | null;
  readonly request_hash: string | null;
  /** 1 if a host continues it. */
  readonly hosted: number;
  /** The first reason of a request to cancel. */
  readonly cancel: string | null;
  /** Null if it is not known. */
  readonly kind: string | null;
  readonly started_by: string | null;
  readonly path: string | null;
  /** How many nodes have ended; null for a run of an older ice. */
  readonly nodes: number | null;
  /** Why it failed or was cancelled, as JSON. */
  readonly failure: string | null;
  /** The queue in which it waits for a worker; null or absent if it waits in none. */
  readonly queue?: string | null | undefined;
  /** Why a worker could not go on with it, as JSON; null or absent if none has failed to. */
  readonly blocked?: string | null | undefined;
}

/** The statuses of rows. */
export const rowStatuses: readonly ObservedStatus[] = [
  "running",
  "completed",
  "failed",
  "cancelled",
  "suspended",
  "interrupted",
];
const statuses: ReadonlySet<string> = new Set(rowStatuses);
const kinds: ReadonlySet<string | null> = new Set<RunKind | null>(["workflow", "network", null]);
/** The maximum time of a `Date`. */
export const lastMoment = 8_640_000_000_000_000;

/** Rows have no checksum: the fields of a list are checked here, and compared with the records when the run is read. */
function assertListable(store: string, row: RunColumns): void {
  const { run_id: runId, kind, status } = row;
  const times = [row.started_at, row.updated_at, row.ended_at ?? 0, row.resume_at ?? 0];
  const known = statuses.has(status) && kinds.has(kind) && (row.nodes ?? 0) >= 0;
  if (known && times.every((time) => time >= 0 && time <= lastMoment)) return;
  throw damaged(store, `run "${runId}" has an invalid status, kind or time`);
}

function errorOf(store: string, { run_id: runId }: RunColumns, failure: string): NonNullable<RunSummary["error"]> {
  const error = readListedError(failure);
  if (error === undefined) throw damaged(store, `run "${runId}" has an invalid error`);
  return error;
}

/** The status that lists and readers show. A run that was suspended is queued until it has recorded that it goes on. */
export function shownStatus<Row extends RunColumns>(row: Row, isOwned: (run: Row) => boolean): ObservedStatus {
  const isQueued = typeof row.queue === "string" && row.ended_at === null;
  if (isQueued && (row.status === "suspended" || !isOwned(row))) return "queued";
  return row.status === "running" && !isOwned(row) ? "interrupted" : (row.status as ObservedStatus);
}

/** The statuses of rows that may be shown as this one. */
export function storedStatuses(status: ObservedStatus): readonly string[] {
  if (status === "queued") return ["running", "interrupted", "suspended"];
  return status === "interrupted" ? ["interrupted", "running"] : [status];
}

/** The kind and the starter of a run. A row without them was written by an older ice. */
export function originOf({
  kind,
  started_by: runId,
  path,
}: Pick<RunColumns, "kind" | "started_by" | "path">): Pick<RunSummary, "kind" | "startedBy"> {
  return {
    kind: (kind ?? "workflow") as RunKind,
    ...(runId !== null && path !== null && { startedBy: { runId, path } }),
  };
}

/** The entry of a list. @param store - its path or address, for errors. @throws IceError `ICE_STORE_CORRUPT`. */
export function summaryOf<Row extends RunColumns>(store: string, row: Row, isOwned: (run: Row) => boolean): RunSummary {
  assertListable(store, row);
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
    ...(row.nodes === null ? {} : { nodes: row.nodes }),
    ...(row.failure === null ? {} : { error: errorOf(store, row, row.failure) }),
    ...(typeof row.blocked === "string" && row.ended_at === null && { blocked: errorOf(store, row, row.blocked) }),
    ...(row.created_by === null ? {} : { createdBy: row.created_by }),
    ...(row.request_hash === null ? {} : { requestHash: row.request_hash }),
    ...(row.hosted === 1 && { hosted: true }),
  };
}
