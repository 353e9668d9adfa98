/** The work of a scope before anything new starts, by position: nodes to consider, then ended nodes to release. */
export class Agenda {
  #considered: readonly number[] = [];
  #position = 0;
  readonly #ended: number[] = [];
  #released = 0;
  /** Number of valid entries of `#ended`: shortening an array costs more than overwriting it. */
  #endedCount = 0;

  /** Replaces the nodes to consider. */
  poll(positions: readonly number[]): void {
    this.#considered = positions;
    this.#position = 0;
  }

  /** Queues an ended node for its release. */
  end(position: number): void {
    this.#ended[this.#endedCount] = position;
    this.#endedCount += 1;
  }

  nextToPoll(): number | undefined {
    if (this.#position === this.#considered.length) return undefined;
    const position = this.#considered[this.#position];
    this.#position += 1;
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
