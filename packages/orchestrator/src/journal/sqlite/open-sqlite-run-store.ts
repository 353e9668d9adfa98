import { randomBytes as systemRandomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { IceError, type Clock, type RunStore } from "@ice/core";
import { systemClock } from "../../services/system-clock.ts";
import { Database } from "./database.ts";
import { migrate } from "./migrations.ts";
import { patiently } from "./patience.ts";
import { systemProcesses, type ProcessTable } from "./process-table.ts";
import { damaged } from "./store-error.ts";
import { SqliteRunStore } from "./sqlite-run-store.ts";

export interface OpenSqliteRunStoreOptions {
  /** Says the time of leases and waits for locks. Default: the machine's. */
  readonly clock?: Clock;
  /** Makes the id of this owner and the store's secret. Default: `node:crypto`. */
  readonly randomBytes?: (size: number) => Uint8Array;
  /** Tells whether the owner of a run lives. Default: the processes of this machine. */
  readonly processes?: ProcessTable;
  /** Timers of the heartbeat, which must not keep a process alive. Default: `setTimeout`, unreferenced. */
  readonly setBackgroundTimer?: (ms: number, callback: () => void) => () => void;
  /** How long a silent owner keeps its runs, in milliseconds. Default 10,000; renewed after a third of it. */
  readonly leaseMs?: number;
  /** How soon an owner learns what another process has told it, in milliseconds. Default 200. */
  readonly pollMs?: number;
  /** How long a locked file is waited for, in milliseconds. Default 5,000. */
  readonly lockedMs?: number;
}

/**
 * Opens a file as a store, and makes it and its directory when they are missing. The file is readable by its owner alone.
 *
 * @throws IceError `ICE_STORE_UNAVAILABLE`, `ICE_STORE_READONLY`, `ICE_STORE_FULL`, `ICE_STORE_LOCKED`, `ICE_STORE_CORRUPT`,
 * `ICE_STORE_VERSION`.
 */
export async function openSqliteRunStore(
  path: string,
  {
    clock = systemClock,
    randomBytes = systemRandomBytes,
    processes = systemProcesses(),
    setBackgroundTimer = unreferencedTimer,
    leaseMs = 10_000,
    pollMs = 200,
    lockedMs = 5000,
  }: OpenSqliteRunStoreOptions = {},
): Promise<RunStore> {
  // Here, not above: a process that never opens a store does not load SQLite.
  const { DatabaseSync } = await import("node:sqlite");
  const file = resolve(path);
  const database = await patiently(() => openDatabase(DatabaseSync, file), { clock, path: file, lockedMs });
  return new SqliteRunStore(database, {
    clock,
    randomBytes,
    processes,
    setBackgroundTimer,
    leaseMs,
    pollMs,
    lockedMs,
  });
}

function openDatabase(Connection: typeof DatabaseSync, path: string): Database {
  mkdirSync(dirname(path), { recursive: true });
  // SQLite gives its other files the mode of this one.
  closeSync(openSync(path, "a", 0o600));
  assertWhole(path);
  const connection = new Connection(path, { timeout: 0 });
  try {
    const database = new Database(connection, path);
    assertWal(database);
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
    database.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
    migrate(database);
    return database;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** SQLite takes the first bytes of a file that was cut off for a new database. Its header has 100 bytes. */
function assertWhole(path: string): void {
  const { size } = statSync(path);
  if (size > 0 && size < 100) throw damaged(path, `it has ${size} bytes`);
}

function assertWal(database: Database): void {
  const { journal_mode: mode } = database.get<{ journal_mode: string }>("PRAGMA journal_mode = WAL")!;
  if (mode === "wal") return;
  throw new IceError("ICE_STORE_UNAVAILABLE", `${database.path} cannot have a write-ahead log (it has "${mode}").`, {
    fix: "put the store on a local disk",
    details: { path: database.path },
  });
}

function unreferencedTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
}
