/** How long text is gathered before it becomes an event, and how much of it, in UTF-16 units. */
const gatherMs = 50;
const gatherLength = 8192;

/** Turns the parts of an answer, of which there may be thousands a second, into few events: the first part at once. */
export class TextEvents {
  readonly #send: (text: string) => void;
  readonly #setTimer: (ms: number, callback: () => void) => () => void;
  #gathered = "";
  #cancelTimer: (() => void) | undefined;
  #begun = false;

  /** @param setTimer - returns what cancels it. */
  constructor(send: (text: string) => void, setTimer: (ms: number, callback: () => void) => () => void) {
    this.#send = send;
    this.#setTimer = setTimer;
  }

  add(text: string): void {
    if (text === "") return;
    this.#gathered += text;
    if (!this.#begun || this.#gathered.length >= gatherLength) this.#flush();
    else this.#cancelTimer ??= this.#setTimer(gatherMs, () => this.#flush());
    this.#begun = true;
  }

  /** Sends the rest. */
  end(): void {
    this.#flush();
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#gathered === "") return;
    const text = this.#gathered;
    this.#gathered = "";
    this.#send(text);
  }
}
