import type { PlacedOutcome } from "@ice/core";
import type { Database } from "../store/database.ts";

/** How often it is asked whether jobs were cancelled, in milliseconds. */
const lookMs = 100;

/** The jobs that this worker executes, and whether their owners still want them. */
export class RunningJobs {
  readonly #database: Database;
  readonly #running = new Map<string, { readonly controller: AbortController; readonly ended: Promise<unknown> }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Executes a job. @returns its outcome; undefined if it was cancelled, so that no process waits for it. */
  async track(
    id: string,
    execute: (signal: AbortSignal) => Promise<PlacedOutcome>,
  ): Promise<PlacedOutcome | undefined> {
    const controller = new AbortController();
    const ended = execute(controller.signal);
    this.#running.set(id, { controller, ended });
    this.#arm();
    try {
      const outcome = await ended;
      return controller.signal.aborted ? undefined : outcome;
    } finally {
      this.#running.delete(id);
    }
  }

  /** Waits for all, at most so long, and aborts the others. */
  async whenEnded(ms: number): Promise<void> {
    const timer = setTimeout(() => {
      for (const { controller } of this.#running.values()) controller.abort();
    }, ms);
    while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
    clearTimeout(timer);
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => {
      void this.#look()
        .catch(() => {}) // the store is away: the next look tries again
        .finally(() => {
          this.#timer = undefined;
          if (this.#running.size > 0) this.#arm();
        });
    }, lookMs).unref();
  }

  /** A job that has an outcome although it is being executed is not wanted any more. */
  async #look(): Promise<void> {
    const rows = await this.#database.all<{ job: string }>("SELECT job FROM outcomes WHERE job = ANY ($1::text[])", [
      ...this.#running.keys(),
    ]);
    for (const { job } of rows) this.#running.get(job)?.controller.abort();
  }
}
