import { systemTimers, type Timers } from "./system-timers.ts";

/** What is looked for in the store, as long as there is something to look for. */
export interface Search {
  /** Whether there is something to look for. */
  readonly isNeeded: () => boolean;
  /** May fail while the store is away: the next look tries again. */
  readonly look: () => Promise<void>;
}

/** Looks when a note says so, and at intervals in case a note is lost; one look after the other, while a search needs it. */
export class Looks {
  readonly #search: Search;
  readonly #everyMs: number;
  readonly #timers: Timers;
  #cancelTimer: (() => void) | undefined;
  #isLooking = false;
  /** Whether another look has to follow the one under way, which may have begun too early. */
  #again = false;
  #isStopped = false;

  /** @param everyMs - interval of the looks that no note has asked for. */
  constructor(search: Search, everyMs: number, timers: Timers = systemTimers) {
    this.#search = search;
    this.#everyMs = everyMs;
    this.#timers = timers;
  }

  /** Looks at intervals from now on. */
  watch(): void {
    if (!this.#isStopped && !this.#isLooking)
      this.#cancelTimer ??= this.#timers.setTimer(this.#everyMs, () => this.look());
  }

  /** Looks now, and at intervals from now on. */
  look(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#isStopped || !this.#search.isNeeded()) return;
    this.#again = true;
    if (!this.#isLooking) void this.#lookAgain();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
  }

  async #lookAgain(): Promise<void> {
    this.#isLooking = true;
    while (this.#again && !this.#isStopped) {
      this.#again = false;
      await this.#search.look().catch(() => {});
    }
    this.#isLooking = false;
    if (this.#search.isNeeded()) this.watch();
  }
}
