/** Lets at most so many runs start in one turn of the event loop; the others wait for later turns, in their order. */
export class StartPace {
  readonly #perTurn: number;
  #left: number;
  #next: Promise<void> | undefined;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
  }

  /** Resolves when the next run may start. */
  async turn(): Promise<void> {
    while (this.#left === 0) await this.#next;
    this.#left -= 1;
    this.#next ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#left = this.#perTurn;
        this.#next = undefined;
        resolve();
      });
    });
  }
}
