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
  #timer: NodeJS.Timeout | undefined;

  constructor(search: Search) {
    this.#search = search;
  }

  /** There is something to look for. */
  start(): void {
    if (this.#timer === undefined) this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = setTimeout(() => void this.#look(), everyMs);
  }

  async #look(): Promise<void> {
    await this.#search.look().catch(() => {});
    this.#timer = undefined;
    if (this.#search.isNeeded()) this.start();
  }
}
