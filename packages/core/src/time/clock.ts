/** Time as a parameter: the engine reads no other clock, so tests and replays need no mocks. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Calls `callback` once, `ms` milliseconds from now (any length; at most 2^53), unless cancelled.
   *
   * @returns the cancel; harmless after the call.
   */
  setTimer(ms: number, callback: () => void): () => void;
}
