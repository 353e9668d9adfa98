import { pass, systemTimers, type Timers } from "../dispatch/system-timers.ts";

/** How often is looked whether the store answers, in milliseconds. */
const lookMs = 1000;

export interface StoreWatchOptions {
  /** Time since the store has answered, in milliseconds. */
  readonly silence: () => number;
  /** How long it may be silent. */
  readonly silentMs: number;
  readonly onAway: (awayMs: number) => void;
  readonly onBack: (awayMs: number) => void;
}

/** Notices that a store is away for some seconds, and that it is back. */
export class StoreWatch {
  readonly #options: StoreWatchOptions;
  readonly #timers: Timers;
  readonly #stopped = new AbortController();
  /** Whether it was silent at the last look. */
  #wasSilent = false;
  #isAway = false;
  #awayMs = 0;

  /** @param timers - default: those of the process. */
  constructor(options: StoreWatchOptions, timers: Timers = systemTimers) {
    this.#options = options;
    this.#timers = timers;
  }

  start(): void {
    void this.#loop();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await pass(this.#timers, lookMs, signal);
      if (!signal.aborted) this.#look();
    }
  }

  #look(): void {
    const { silence, silentMs, onAway, onBack } = this.#options;
    const ms = silence();
    const isSilent = ms >= silentMs;
    if (isSilent) this.#awayMs = ms;
    // After this process stood still, the store has had no time to answer at the first look.
    if (isSilent && this.#wasSilent && !this.#isAway) {
      this.#isAway = true;
      onAway(ms);
    } else if (!isSilent && this.#isAway) {
      this.#isAway = false;
      onBack(this.#awayMs);
    }
    this.#wasSilent = isSilent;
  }
}
