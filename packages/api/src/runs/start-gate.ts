/** Lets a few starts through in each turn of the event loop, so that many at once leave time for other requests. */
export class StartGate {
  readonly #perTurn: number;
  readonly #waiting: (() => void)[] = [];
  #left: number;
  #isRefilling = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
  }

  /** Resolves when it is the caller's turn. */
  async turn(): Promise<void> {
    this.#refill();
    if (this.#left > 0) {
      this.#left -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #refill(): void {
    if (this.#isRefilling) return;
    this.#isRefilling = true;
    setImmediate(() => {
      this.#isRefilling = false;
      this.#left = this.#perTurn;
      for (const resolve of this.#waiting.splice(0, this.#perTurn)) {
        this.#left -= 1;
        resolve();
      }
      if (this.#waiting.length > 0) this.#refill();
    });
  }
}
