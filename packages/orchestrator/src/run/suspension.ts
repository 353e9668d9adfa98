import type { Clock } from "@ice/core";
import type { Activity } from "./activity.ts";
import type { Release } from "./run-context.ts";

/** Nodes that wait for something outside the process. */
interface Waiting {
  /** How many. */
  readonly size: number;
  /** Epoch milliseconds of the first deadline; Infinity if there is none. */
  readonly nextDeadline: number;
}

/** The run that may be suspended. */
interface Suspendable {
  readonly clock: Clock;
  readonly activity: Activity;
  /** Questions to people. */
  readonly signals: Waiting;
  readonly named: Waiting & {
    /** Epoch milliseconds at which the first node goes on by itself; Infinity if none does. */
    readonly nextTimer: number;
    /** Delivers the signals that other processes have recorded, once the store is there. @throws IceError `ICE_STORE_*`. */
    look(): Promise<void>;
  };
  release(release: Release): void;
  onOwnershipLost(error: unknown): void;
}

/** Suspends a run once only answers, signals and distant times can continue it. */
export class Suspension {
  #stayMs: number;
  readonly #run: Suspendable;
  #isLeaving = false;

  constructor(run: Suspendable, stayMs: number) {
    this.#run = run;
    this.#stayMs = stayMs;
  }

  /** A timer that ends within this time keeps the run in this process. */
  get stayMs(): number {
    return this.#stayMs;
  }

  /** No time keeps the run in this process any more: suspends it as soon as it only waits. */
  stayForNothing(): void {
    this.#stayMs = -Infinity;
    this.whenQuiet();
    this.#run.activity.checkQuiet();
  }

  /** Suspends the run as soon as nothing in it is busy. */
  whenQuiet(): void {
    this.#run.activity.onQuiet ??= () => void this.#leave();
  }

  /** Looks once more for signals of other processes, and releases the run if nothing has come. */
  async #leave(): Promise<void> {
    const { named, signals, clock, activity } = this.#run;
    const stays = named.nextTimer - clock.now() <= this.#stayMs;
    if (this.#isLeaving || stays || !this.#isWaiting) return;
    this.#isLeaving = true;
    try {
      await named.look();
    } catch (error) {
      this.#run.onOwnershipLost(error);
    }
    this.#isLeaving = false;
    // Meanwhile it may have been cancelled.
    if (!activity.isQuiet || !this.#isWaiting) return;
    const resumeAt = Math.min(named.nextTimer, named.nextDeadline, signals.nextDeadline);
    this.#run.release({ reason: "waiting", ...(resumeAt < Infinity && { resumeAt }) });
  }

  get #isWaiting(): boolean {
    const { named, signals } = this.#run;
    return signals.size + named.size > 0;
  }
}
