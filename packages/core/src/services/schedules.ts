import type { JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** What happens to the times of a schedule at which no server ran: nothing, one run for the last of them, or one for each. */
export type CatchUp = "none" | "last" | "all";

/** When a workflow is to run. */
export interface ScheduleOptions {
  /** A cron pattern of five fields, or of six, of which the first is the second: `0 7 * * MON-FRI`. */
  readonly cron: string;
  /** IANA name of a time zone. Default `UTC`. A time that a change of clocks skips is moved; one that it repeats happens once. */
  readonly timezone?: string | undefined;
  /** `name` or `name@version` of a registered or stored workflow. */
  readonly workflow: string;
  readonly inputs?: JsonObject | undefined;
  /** At most 100 times are caught up on. Default `last`. */
  readonly catchUp?: CatchUp | undefined;
}

/** A schedule, and when its workflow runs. Times are epoch milliseconds. */
export interface ScheduleInfo {
  readonly name: string;
  /** Whose runs it starts. */
  readonly tenant: string;
  readonly cron: string;
  readonly timezone: string;
  readonly workflow: string;
  /** Null if it has no further time. */
  readonly next: number | null;
  /** The last time, and the run that it has made; absent before the first, and if there is no such run. */
  readonly last?: { readonly at: number; readonly runId: string };
}

/**
 * Starts workflows at their times, in a process that stays. Each time makes one run, `s-<name>-<epoch seconds>`, however many servers
 * are on the store.
 */
export interface Schedules {
  list(): Promise<readonly ScheduleInfo[]>;
  /** Begins with the times that were missed. Harmless when called again. */
  open(): Promise<void>;
  /** Starts nothing more. */
  close(): void;
}

export const Schedules: ServiceKey<Schedules> = serviceKey("schedules");
