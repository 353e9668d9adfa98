import type { ObservedStatus } from "../result/result.ts";
import type { RunSummary } from "./run-summary.ts";

/** Where a page ended; opaque for everyone but the store that returned it. */
export interface PageEnd {
  /** Time of the last entry, in epoch milliseconds. */
  readonly at: number;
  /** Orders entries of the same time. */
  readonly sequence: number;
}

/** Selects a page of runs. Times are epoch milliseconds. */
export interface PageQuery {
  /** Any of them. Default: all. */
  readonly statuses?: readonly ObservedStatus[] | undefined;
  readonly workflow?: string | undefined;
  /** Only runs that started at this time or later. */
  readonly since?: number | undefined;
  /** Only runs that started before this time. */
  readonly until?: number | undefined;
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  /** Continues behind an earlier page with the same selection. */
  readonly after?: PageEnd | undefined;
  /** Whether the page says how many runs there are of each status. */
  readonly counts?: boolean | undefined;
}

/** Numbers of runs, each at most `maxRunCount`, which stands for that many or more. */
export type RunCounts = Readonly<Record<ObservedStatus, number>>;

/** Runs of one status are counted up to this number. */
export const maxRunCount = 1000;

/** Runs, the newest first. */
export interface RunPage {
  readonly runs: readonly RunSummary[];
  /** Absent on the last page. */
  readonly next?: PageEnd;
  /** Of all runs of the tenant, whatever is selected. Only with `counts`. */
  readonly counts?: RunCounts;
}
