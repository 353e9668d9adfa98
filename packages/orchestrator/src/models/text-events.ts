import type { PartScrubber } from "@ice/core";

/** How long text is gathered before it becomes an event, and how much of it, in UTF-16 units. */
const gatherMs = 50;
const gatherLength = 8192;

/** Turns the parts of an answer, of which there may be thousands a second, into few events: the first part at once. */
export class TextEvents {
  readonly #send: (text: string) => void;
  readonly #setTimer: (ms: number, callback: () => void) => () => void;
  readonly #scrubber: PartScrubber;
  #gathered = "";
  #cancelTimer: (() => void) | undefined;
  #begun = false;

  /** @param setTimer - returns what cancels it. */
  constructor({
    send,
    setTimer,
    scrubber,
  }: {
    readonly send: (text: string) => void;
    readonly setTimer: (ms: number, callback: () => void) => () => void;
    readonly scrubber: PartScrubber;
  }) {
    this.#send = send;
    this.#setTimer = setTimer;
    this.#scrubber = scrubber;
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
    const rest = this.#scrubber.end();
    if (rest !== "") this.#send(rest);
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#gathered === "") return;
    const text = this.#scrubber.add(this.#gathered);
    this.#gathered = "";
    if (text !== "") this.#send(text);
  }
}
