/** What a scope has to do before anything new starts, by position: nodes that have yet to look, and then nodes that have ended. */
export class Agenda {
  #looking: readonly number[] = [];
  #looked = 0;
  readonly #ended: number[] = [];
  #released = 0;
  /** How many of `#ended` count: to shorten an array costs more than to write over it. */
  #endedCount = 0;

  /** These look next, in place of those that had yet to. */
  poll(positions: readonly number[]): void {
    this.#looking = positions;
    this.#looked = 0;
  }

  /** A node has ended, and is to be released in its turn. */
  end(position: number): void {
    this.#ended[this.#endedCount] = position;
    this.#endedCount += 1;
  }

  nextToPoll(): number | undefined {
    if (this.#looked === this.#looking.length) return undefined;
    const position = this.#looking[this.#looked];
    this.#looked += 1;
    return position;
  }

  nextToRelease(): number | undefined {
    if (this.#released === this.#endedCount) {
      this.#released = this.#endedCount = 0;
      return undefined;
    }
    const position = this.#ended[this.#released];
    this.#released += 1;
    return position;
  }
}
