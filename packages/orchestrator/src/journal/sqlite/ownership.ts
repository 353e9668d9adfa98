import type { Database } from "./database.ts";
import type { ProcessTable } from "./process-table.ts";
import type { RunRow } from "./run-row.ts";
import type { SqliteRunJournal } from "./sqlite-run-journal.ts";

export interface OwnershipOptions {
  readonly database: Database;
  /** Id of this store, unique in the file. */
  readonly id: string;
  readonly processes: ProcessTable;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly leaseMs: number;
  readonly pollMs: number;
  /**
   * Sets a timer that does not keep the process alive.
   *
   * @returns a function that cancels it.
   */
  readonly setBackgroundTimer: (ms: number, callback: () => void) => () => void;
}

/**
 * The runs that this store owns. The lease defines when others may take over a run; only the epoch defines who may record. One
 * timer, active only while something is owned, renews the lease and asks SQLite whether another connection has written. Tables
 * are read only then.
 */
export class Ownership {
  readonly id: string;
  readonly #options: OwnershipOptions;
  readonly #process: string;
  readonly #runs = new Map<number, SqliteRunJournal>();
  /** Runs whose ownership was lost and whose rows may still refer to this store. */
  readonly #lost = new Map<number, SqliteRunJournal>();
  #cancelTimer: (() => void) | undefined;
  #untilRenewalMs = 0;
  #dataVersion: number | undefined;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.id = options.id;
    this.#process = options.processes.startOf(options.processes.pid) ?? "";
  }

  /** In a transaction: ensures that runs can refer to this store as their owner. */
  register(): void {
    const { database, processes, now, leaseMs } = this.#options;
    database.run(
      `INSERT INTO owners (id, host, pid, process, lease_ms, lease_until) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`,
      this.id,
      processes.host,
      processes.pid,
      this.#process,
      leaseMs,
      now() + leaseMs,
    );
  }

  add(run: SqliteRunJournal): void {
    this.#runs.set(run.row, run);
    this.#lost.delete(run.row);
    if (this.#cancelTimer !== undefined) return;
    this.#untilRenewalMs = this.#options.leaseMs / 3;
    this.#arm();
  }

  end(run: SqliteRunJournal, how: "released" | "lost"): void {
    if (this.#runs.get(run.row) === run) this.#runs.delete(run.row);
    if (how === "lost") this.#lost.set(run.row, run);
    this.#restWhenIdle();
  }

  get(row: number): SqliteRunJournal | undefined {
    return this.#runs.get(row);
  }

  /** Whether the run has an owner that is alive. */
  isOwned(run: RunRow): boolean {
    if (run.owner === null || run.lease_until === null || run.lease_ms === null) return false;
    if (run.owner === this.id) return this.#runs.has(run.id);
    const { processes, now } = this.#options;
    if (run.host === processes.host && run.pid !== null && processes.startOf(run.pid) !== run.process) return false;
    // A lease that ends too far in the future was written before the clock was set back, and does not count.
    const remainingMs = run.lease_until - now();
    return remainingMs > 0 && remainingMs <= run.lease_ms;
  }

  /** In a transaction: releases everything. */
  release(): void {
    const { database } = this.#options;
    database.run("UPDATE runs SET owner = NULL WHERE owner = ?", this.id);
    database.run("DELETE FROM owners WHERE id = ?", this.id);
  }

  /** Stops the timer; nothing can be appended to the runs any more. */
  close(refuse: (run: SqliteRunJournal) => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const run of this.#runs.values()) refuse(run);
  }

  #arm(): void {
    this.#cancelTimer = this.#options.setBackgroundTimer(this.#options.pollMs, () => {
      try {
        this.#beat();
      } catch {
        // The store is locked or unavailable: the next heartbeat tries again, and a failed commit notifies the owner.
      }
      this.#cancelTimer = undefined;
      if (this.#runs.size > 0 || this.#lost.size > 0) this.#arm();
    });
  }

  #beat(): void {
    const { database, leaseMs, pollMs } = this.#options;
    this.#untilRenewalMs -= pollMs;
    if (this.#untilRenewalMs <= 0 || this.#lost.size > 0) {
      database.transact(() => {
        this.register();
        for (const { row, epoch } of this.#lost.values())
          database.run("UPDATE runs SET owner = NULL WHERE id = ? AND epoch = ? AND owner = ?", row, epoch, this.id);
      });
      this.#lost.clear();
      this.#untilRenewalMs = leaseMs / 3;
    }
    const { data_version: version } = database.get<{ data_version: number }>("PRAGMA data_version")!;
    if (version === this.#dataVersion) return;
    this.#poll();
    this.#dataVersion = version;
  }

  #poll(): void {
    const rows = this.#options.database.all<Pick<RunRow, "id" | "epoch" | "signals" | "cancel">>(
      "SELECT id, epoch, signals, cancel FROM runs WHERE owner = ?",
      this.id,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const run of this.#runs.values()) {
      const row = byId.get(run.row);
      if (row === undefined || row.epoch !== run.epoch) run.onOwnershipLost(run.fenced());
      else run.notice(row.signals, row.cancel);
    }
  }

  #restWhenIdle(): void {
    if (this.#runs.size > 0 || this.#lost.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
