import { uniqueRunName, anyRun, Watchers } from "@ice/core/internal";
import type { Database } from "./database.ts";

export interface StoreNewsOptions {
  readonly database: Database;
  readonly setBackgroundTimer: (ms: number, callback: () => void) => () => void;
  /** Interval in which it looks for changes of other processes, in milliseconds. */
  readonly watchMs: number;
}

/** What is known of a watched run. */
interface Seen {
  readonly tenant: string;
  readonly runId: string;
  /** Changes with every record, signal and owner. */
  state: string;
}

/**
 * Notifies those who watch runs: of what this process has committed at once, and of what others have by asking SQLite whether another
 * connection has written, while anyone watches. Only then the counts of the watched runs are read.
 */
export class StoreNews {
  readonly #options: StoreNewsOptions;
  readonly #watchers = new Watchers();
  readonly #seen = new Map<string, Seen>();
  #cancelTimer: (() => void) | undefined;
  #dataVersion: number | undefined;

  constructor(options: StoreNewsOptions) {
    this.#options = options;
  }

  watch(tenant: string, runId: string, listener: () => void): () => void {
    const name = uniqueRunName(tenant, runId);
    if (!this.#seen.has(name))
      this.#seen.set(name, { tenant, runId, state: this.#statesOf([[tenant, runId]]).get(name) ?? "" });
    const remove = this.#watch(name, listener);
    return () => {
      remove();
      if (!this.#watchers.has(name)) this.#seen.delete(name);
    };
  }

  /** Watches all runs of all tenants. */
  watchAll(listener: () => void): () => void {
    return this.#watch(anyRun, listener);
  }

  /** To be called when this process has committed something about a run. */
  changed(tenant: string, runId: string): void {
    if (this.#watchers.size === 0) return;
    this.#watchers.notify(uniqueRunName(tenant, runId));
    this.#watchers.notify(anyRun);
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #watch(name: string, listener: () => void): () => void {
    const remove = this.#watchers.add(name, listener);
    if (this.#cancelTimer === undefined) {
      this.#dataVersion = this.#versionOf();
      this.#arm();
    }
    return remove;
  }

  #arm(): void {
    const { setBackgroundTimer, watchMs } = this.#options;
    this.#cancelTimer = setBackgroundTimer(watchMs, () => {
      this.#cancelTimer = undefined;
      if (this.#watchers.size === 0) return;
      try {
        this.#look();
      } catch {
        // The store is locked or unavailable: the next look tries again, and those who read it get the error.
      }
      this.#arm();
    });
  }

  #look(): void {
    const version = this.#versionOf();
    if (version === this.#dataVersion) return;
    const states = this.#statesOf([...this.#seen.values()].map(({ tenant, runId }) => [tenant, runId]));
    this.#dataVersion = version;
    for (const [name, seen] of this.#seen) {
      const state = states.get(name) ?? "";
      if (state === seen.state) continue;
      seen.state = state;
      this.#watchers.notify(name);
    }
    this.#watchers.notify(anyRun);
  }

  #versionOf(): number {
    return this.#options.database.get<{ data_version: number }>("PRAGMA data_version")!.data_version;
  }

  /** The counts of runs as texts, in one query; a run that does not exist has none. */
  #statesOf(runs: readonly (readonly [tenant: string, runId: string])[]): ReadonlyMap<string, string> {
    const rows = this.#options.database.all<{ tenant: string; run_id: string; state: string }>(
      `SELECT tenant, run_id, concat_ws(' ', records, signals, epoch, status, owner) AS state FROM json_each(?) AS one
        JOIN runs ON runs.tenant = one.value ->> 0 AND runs.run_id = one.value ->> 1`,
      JSON.stringify(runs),
    );
    return new Map(rows.map(({ tenant, run_id: runId, state }) => [uniqueRunName(tenant, runId), state]));
  }
}
