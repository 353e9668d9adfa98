/** Time as a parameter: the engine reads no other clock, so tests and replays need no mocks. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Calls `callback` once, `ms` milliseconds from now (any length; at most 2^53), unless cancelled.
   *
   * @returns a function that cancels the timer; it has no effect after the callback.
   */
  setTimer(ms: number, callback: () => void): () => void;
}
