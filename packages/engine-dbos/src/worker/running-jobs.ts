import type { PlacedOutcome } from "@ice/core";
import { Looks } from "../dispatch/looks.ts";
import { pass, systemTimers, type Timers } from "../dispatch/system-timers.ts";

/** How long a job may take to stop, in milliseconds. */
const stopMs = 1000;

interface RunningJob {
  readonly controller: AbortController;
  readonly ended: Promise<unknown>;
}

/** The jobs that this worker executes, and whether their owners still want them. */
export class RunningJobs {
  readonly #endedOf: (jobs: readonly string[]) => Promise<readonly string[]>;
  readonly #timers: Timers;
  readonly #running = new Map<string, RunningJob>();
  readonly #left = new Set<AbortController>();
  readonly #looks: Looks;

  /**
   * @param endedOf - those of some jobs that have an outcome, or whose run is over.
   * @param lookMs - interval in which is looked for jobs that are not wanted any more and of which no note says so.
   */
  constructor(
    endedOf: (jobs: readonly string[]) => Promise<readonly string[]>,
    lookMs: number,
    timers: Timers = systemTimers,
  ) {
    this.#endedOf = endedOf;
    this.#timers = timers;
    this.#looks = new Looks({ isNeeded: () => this.#running.size > 0, look: () => this.#look() }, lookMs, timers);
  }

  /** Whether it needs no execution any more. */
  async isOver(id: string): Promise<boolean> {
    return (await this.#endedOf([id])).length > 0;
  }

  /** There may be jobs that are not wanted any more. */
  look(): void {
    this.#looks.look();
  }

  /**
   * Executes a job.
   *
   * @param execute - returns undefined for one that has an outcome already.
   * @returns its outcome: `lost` if this worker leaves before its end; undefined if it has one already, because its owner does not want
   * it any more or takes this worker for dead.
   */
  async track(
    id: string,
    execute: (signal: AbortSignal) => Promise<PlacedOutcome | undefined>,
  ): Promise<PlacedOutcome | undefined> {
    const controller = new AbortController();
    // Known before it is asked whether it is wanted, so that no note about it is missed.
    const ended = Promise.resolve().then(() => execute(controller.signal));
    this.#running.set(id, { controller, ended });
    this.#looks.watch();
    try {
      const outcome = await ended;
      if (this.#left.has(controller)) return { lost: true, left: true };
      return controller.signal.aborted ? undefined : outcome;
    } finally {
      this.#running.delete(id);
      this.#left.delete(controller);
    }
  }

  /** Waits for all, at most so long, and stops the others. One that does not stop is left behind. */
  async whenEnded(ms: number): Promise<void> {
    await this.#within(ms);
    for (const { controller } of this.#running.values()) {
      this.#left.add(controller);
      controller.abort();
    }
    await this.#within(stopMs);
  }

  async #within(ms: number): Promise<void> {
    if (this.#running.size === 0) return;
    const enough = new AbortController();
    const ended = async (): Promise<void> => {
      while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()].map((job) => job.ended));
    };
    await Promise.race([ended(), pass(this.#timers, ms, enough.signal)]);
    enough.abort();
  }

  /** A job that has an outcome although it is being executed is not wanted any more. */
  async #look(): Promise<void> {
    for (const job of await this.#endedOf([...this.#running.keys()])) this.#running.get(job)?.controller.abort();
  }
}
