/** What a scope has to do before anything new starts, by position: nodes that have yet to look, and then nodes that have ended. */
export class Agenda {
  #looking: readonly number[] = [];
  #looked = 0;
  readonly #ended: number[] = [];
  #released = 0;

  /** These look next, in place of those that had yet to. */
  poll(positions: readonly number[]): void {
    this.#looking = positions;
    this.#looked = 0;
  }

  /** A node has ended, and is to be released in its turn. */
  end(position: number): void {
    this.#ended.push(position);
  }

  nextToPoll(): number | undefined {
    const position = this.#looking[this.#looked];
    if (position !== undefined) this.#looked += 1;
    return position;
  }

  nextToRelease(): number | undefined {
    const position = this.#ended[this.#released];
    if (position !== undefined) this.#released += 1;
    else this.#ended.length = this.#released = 0;
    return position;
  }
}
