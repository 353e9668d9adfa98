import { setImmediate } from "node:timers/promises";
import { anyRun, uniqueRunName, Watchers } from "@ice/core/internal";
import type { Database } from "./database.ts";

/** What is known of a watched run. */
interface Seen {
  readonly tenant: string;
  readonly runId: string;
  /** Changes with every record, signal and owner; undefined if it could not be read yet. */
  state: string | undefined;
}

interface State {
  readonly tenant: string;
  readonly run_id: string;
  readonly owner: string | null;
  readonly state: string;
}

/**
 * Notifies those who watch runs: of what this process has committed at once, and of what others have by one look for all of them in
 * each interval, while anyone watches. Commits send no notifications: `NOTIFY` in a transaction makes commits wait for each other.
 */
export class StoreFeed {
  readonly #database: Database;
  readonly #owner: string;
  readonly #watchMs: number;
  readonly #watchers = new Watchers();
  readonly #seen = new Map<string, Seen>();
  /** The reading of the states of runs that are watched since this turn. */
  #beginning: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** The transactions that had ended at the last look. */
  #snapshot: string | undefined;

  /**
   * @param owner - id of this process as an owner of runs.
   * @param watchMs - interval of the looks, in milliseconds.
   */
  constructor(database: Database, owner: string, watchMs: number) {
    this.#database = database;
    this.#owner = owner;
    this.#watchMs = watchMs;
  }

  watch(tenant: string, runId: string, listener: () => void): () => void {
    const name = uniqueRunName(tenant, runId);
    if (!this.#seen.has(name)) {
      this.#seen.set(name, { tenant, runId, state: undefined });
      void (this.#beginning ??= this.#begin());
    }
    const remove = this.#add(name, listener);
    return () => {
      remove();
      if (!this.#watchers.has(name)) this.#seen.delete(name);
    };
  }

  /** Watches all runs of all tenants. */
  watchAll(listener: () => void): () => void {
    return this.#add(anyRun, listener);
  }

  /** To be called when this process has committed something about a run. */
  changed(tenant: string, runId: string): void {
    if (this.#watchers.size === 0) return;
    this.#watchers.notify(uniqueRunName(tenant, runId));
    this.#watchers.notify(anyRun);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #add(name: string, listener: () => void): () => void {
    const remove = this.#watchers.add(name, listener);
    if (this.#timer === undefined) this.#arm();
    return remove;
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      // The store may be unavailable: the next look tries again, and those who read it get the error.
      void this.#look()
        .catch(() => {})
        .finally(() => {
          this.#timer = undefined;
          if (this.#watchers.size > 0 && !this.#isClosed) this.#arm();
        });
    }, this.#watchMs).unref();
  }

  async #look(): Promise<void> {
    if (this.#watchers.has(anyRun)) {
      const [{ snapshot } = { snapshot: "" }] = await this.#database.all<{ snapshot: string }>(
        "SELECT pg_current_snapshot()::text AS snapshot",
      );
      if (snapshot !== this.#snapshot) this.#watchers.notify(anyRun);
      this.#snapshot = snapshot;
    }
    const watched = [...this.#seen.values()];
    const states = await this.#statesOf(watched);
    for (const seen of watched) {
      const name = uniqueRunName(seen.tenant, seen.runId);
      const state = states.get(name)?.state ?? "";
      if (state === seen.state) continue;
      seen.state = state;
      this.#watchers.notify(name);
    }
  }

  /**
   * Reads the first state of what is watched since this turn, in one statement. A run of another process may have changed between the
   * turn and the statement, so its listeners are called; the changes of a run that is owned here are known here.
   */
  async #begin(): Promise<void> {
    await setImmediate();
    this.#beginning = undefined;
    const fresh = [...this.#seen.values()].filter(({ state }) => state === undefined);
    // If that fails, the first look that succeeds calls the listeners.
    const states = await this.#statesOf(fresh).catch(() => undefined);
    if (states === undefined) return;
    for (const seen of fresh) {
      const name = uniqueRunName(seen.tenant, seen.runId);
      const found = states.get(name);
      seen.state ??= found?.state ?? "";
      if (found !== undefined && found.owner !== this.#owner) this.#watchers.notify(name);
    }
  }

  async #statesOf(runs: readonly Seen[]): Promise<ReadonlyMap<string, State>> {
    if (runs.length === 0) return new Map();
    const rows = await this.#database.all<State>(
      `SELECT runs.tenant, runs.run_id, owner, concat_ws(' ', records, signals, epoch, status, owner) AS state
        FROM unnest($1::text[], $2::text[]) AS one (tenant, run_id)
        JOIN runs ON runs.tenant = one.tenant AND runs.run_id = one.run_id`,
      runs.map(({ tenant }) => tenant),
      runs.map(({ runId }) => runId),
    );
    return new Map(rows.map((row) => [uniqueRunName(row.tenant, row.run_id), row]));
  }
}
