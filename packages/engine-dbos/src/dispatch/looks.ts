import type { Timers } from "./system-timers.ts";

/** How often it is looked, in milliseconds. */
const everyMs = 100;

/** What is looked for in the store again and again, as long as there is something to look for. */
export interface Search {
  /** Whether there is something to look for. */
  readonly isNeeded: () => boolean;
  /** May fail while the store is away: the next look tries again. */
  readonly look: () => Promise<void>;
}

/** Looks every 100 ms, one look after the other, while a search needs it. */
export class Looks {
  readonly #search: Search;
  readonly #timers: Timers;
  #cancelTimer: (() => void) | undefined;

  constructor(search: Search, timers: Timers) {
    this.#search = search;
    this.#timers = timers;
  }

  /** There is something to look for. */
  start(): void {
    this.#cancelTimer ??= this.#timers.setTimer(everyMs, () => void this.#look());
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  async #look(): Promise<void> {
    await this.#search.look().catch(() => {});
    this.#cancelTimer = undefined;
    if (this.#search.isNeeded()) this.start();
  }
}
