/** Limits what a server may send, and counts what it has sent. */
export class ReceivedBytes {
  /** Maximum bytes of one message. */
  readonly perMessage: number;
  /** Maximum bytes between two requests of ice, of all answers, notifications and requests together. */
  readonly #perRequest: number;
  #sinceRequest = 0;

  constructor(perMessage: number) {
    this.perMessage = perMessage;
    this.#perRequest = 4 * perMessage;
  }

  onRequest(): void {
    this.#sinceRequest = 0;
  }

  /** Counts bytes. Returns false if there are too many. */
  accepts(bytes: number): boolean {
    this.#sinceRequest += bytes;
    return this.#sinceRequest <= this.#perRequest;
  }
}
