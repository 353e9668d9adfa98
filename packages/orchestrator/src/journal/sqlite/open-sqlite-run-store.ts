import { randomBytes as systemRandomBytes } from "node:crypto";
import { resolve } from "node:path";
import type { Clock, RunStore } from "@ice/core";
import { checkNumbers, maxTimerMs, processTimeSlice, type TimeSlice } from "@ice/core/internal";
import { systemClock } from "../../time/system-clock.ts";
import type { ProcessTable } from "./process-table.ts";

/** Options of `openSqliteRunStore`. */
export interface OpenSqliteRunStoreOptions {
  /** Time of leases, and timers for waiting on locks. Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
  /** When reading and writing return to the event loop. Default: the slice of this process. */
  readonly timeSlice?: TimeSlice | undefined;
  /** Creates the id of this owner and the secret of the store. Default: `node:crypto`. */
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
  /** Whether the owner of a run is alive. Default: the process table of this machine. */
  readonly processes?: ProcessTable | undefined;
  /** Timers of the heartbeat, which must not keep a process alive. Default: `setTimeout`, unreferenced. */
  readonly setBackgroundTimer?: ((ms: number, callback: () => void) => () => void) | undefined;
  /**
   * How long an owner keeps its runs without renewing its lease, in milliseconds. Default 10,000; it is renewed after a third of
   * that.
   */
  readonly leaseMs?: number | undefined;
  /** Interval in which an owner checks for signals from other processes, in milliseconds. Default 200. */
  readonly pollMs?: number | undefined;
  /** Interval in which changes of other processes are looked for while runs are watched, in milliseconds. Default 50. */
  readonly watchMs?: number | undefined;
  /** How long to wait for a locked file, in milliseconds. Default 5,000. */
  readonly lockedMs?: number | undefined;
}

/**
 * Opens a file as a store, and creates it and its directory if they are missing. Only its owner can read the file.
 *
 * @throws IceError `ICE_USAGE` for an invalid time (`leaseMs`, `pollMs` and `watchMs` from 1, `lockedMs` from 0, at most 2^31 − 1 ms),
 * `ICE_STORE_UNAVAILABLE`, `ICE_STORE_READONLY`, `ICE_STORE_FULL`, `ICE_STORE_LOCKED`, `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
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
    watchMs = 50,
    lockedMs = 5000,
  }: OpenSqliteRunStoreOptions = {},
): Promise<RunStore> {
  checkNumbers("openSqliteRunStore", { leaseMs, pollMs, watchMs }, { min: 1, max: maxTimerMs });
  checkNumbers("openSqliteRunStore", { lockedMs }, { max: maxTimerMs });
  // Imported here, so that a process that never opens a store loads neither SQLite nor this store.
  const [{ openDatabase }, { StoreFile }, { SqliteRunStore }, { retryWhileBusy }, { systemProcesses }] =
    await Promise.all([
      import("./open-database.ts"),
      import("./store-file.ts"),
      import("./sqlite-run-store.ts"),
      import("./retry-while-busy.ts"),
      import("./process-table.ts"),
    ]);
  const file = resolve(path);
  const database = await retryWhileBusy(() => openDatabase(file), { clock, path: file, lockedMs });
  const opened = new StoreFile(database, {
    clock,
    timeSlice,
    randomBytes,
    processes: processes ?? systemProcesses(),
    setBackgroundTimer,
    leaseMs,
    pollMs,
    watchMs,
    lockedMs,
  });
  return new SqliteRunStore(opened);
}

function unreferencedTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
}
