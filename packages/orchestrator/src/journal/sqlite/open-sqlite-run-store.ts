import { randomBytes as systemRandomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Clock, RunStore } from "@ice/core";
import { checkNumbers, maxTimerMs, processTimeSlice, type TimeSlice } from "@ice/core/internal";
import { systemClock } from "../../time/system-clock.ts";
import type { ProcessTable } from "./process-table.ts";

/** Options of `openSqliteRunStore`. */
export interface OpenSqliteRunStoreOptions {
  /** Says the time of leases and waits for locks. Default: the machine's. */
  readonly clock?: Clock;
  /** When reading and writing let the event loop turn. Default: the slice of this process. */
  readonly timeSlice?: TimeSlice;
  /** Makes the id of this owner and the store's secret. Default: `node:crypto`. */
  readonly randomBytes?: (size: number) => Uint8Array;
  /** Tells whether the owner of a run lives. Default: the processes of this machine. */
  readonly processes?: ProcessTable;
  /** Timers of the heartbeat, which must not keep a process alive. Default: `setTimeout`, unreferenced. */
  readonly setBackgroundTimer?: (ms: number, callback: () => void) => () => void;
  /** How long a silent owner keeps its runs, in milliseconds. Default 10,000; renewed after a third of it. */
  readonly leaseMs?: number;
  /** How soon an owner notices signals from other processes, in milliseconds. Default 200. */
  readonly pollMs?: number;
  /** How long a locked file is waited for, in milliseconds. Default 5,000. */
  readonly lockedMs?: number;
}

/**
 * Opens a file as a store, and makes it and its directory when they are missing. The file is readable by its owner alone.
 *
 * @throws IceError `ICE_USAGE` for a time that is no number of milliseconds (`leaseMs` and `pollMs` from 1, `lockedMs` from 0, at
 * most 2^31 − 1), `ICE_STORE_UNAVAILABLE`, `ICE_STORE_READONLY`, `ICE_STORE_FULL`, `ICE_STORE_LOCKED`, `ICE_STORE_CORRUPT`,
 * `ICE_STORE_VERSION`.
 */
export async function openSqliteRunStore(
  path: string,
  {
    clock = systemClock,
    timeSlice = processTimeSlice(),
    randomBytes = systemRandomBytes,
    processes,
    setBackgroundTimer = unreferencedTimer,
    leaseMs = 10_000,
    pollMs = 200,
    lockedMs = 5000,
  }: OpenSqliteRunStoreOptions = {},
): Promise<RunStore> {
  checkNumbers("openSqliteRunStore", { leaseMs, pollMs }, { min: 1, max: maxTimerMs });
  checkNumbers("openSqliteRunStore", { lockedMs }, { max: maxTimerMs });
  // Here, not above: a process that never opens a store loads neither SQLite nor what is built on it.
  const [{ openDatabase }, { SqliteRunStore }, { retryWhileBusy: patiently }, { systemProcesses }] = await Promise.all([
    import("./open-database.ts"),
    import("./sqlite-run-store.ts"),
    import("./retry-while-busy.ts"),
    import("./process-table.ts"),
  ]);
  const file = resolve(path);
  const database = await patiently(() => openDatabase(file), { clock, path: file, lockedMs });
  return new SqliteRunStore(database, {
    clock,
    timeSlice,
    randomBytes,
    processes: processes ?? systemProcesses(),
    setBackgroundTimer,
    leaseMs,
    pollMs,
    lockedMs,
  });
}

function unreferencedTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
}
