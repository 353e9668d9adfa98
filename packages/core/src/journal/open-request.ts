import type { HumanRequest } from "./journal-record.ts";
import type { PageEnd } from "./run-page.ts";

/** A question to people without an answer. Whether its deadline has passed is for the reader to say. */
export interface OpenRequest extends HumanRequest {
  readonly runId: string;
  readonly workflow: string;
  /** Path of the asking node. */
  readonly path: string;
  /** Numbers the requests of the path, from 1: an escalation or another attempt makes a new request. */
  readonly request: number;
  /** Epoch milliseconds. */
  readonly requestedAt: number;
}

/** Selects a page of open requests. */
export interface RequestQuery {
  /** Only those of one run. Default: of all runs that have not ended. */
  readonly runId?: string | undefined;
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  /** Continues behind an earlier page of the same runs. */
  readonly after?: PageEnd | undefined;
}

/** Open requests, the oldest first. */
export interface RequestPage {
  readonly requests: readonly OpenRequest[];
  /** Absent on the last page. */
  readonly next?: PageEnd;
}
