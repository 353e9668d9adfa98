/**
 * Detects that a run can no longer continue by itself. Nodes are busy while they work, wait for their next attempt or are being
 * recorded; containers that wait for children are not, nor are nodes that wait for an answer.
 */
export class Activity {
  #busy = 0;
  #scheduled = false;
  #once: (() => void)[] | undefined;
  /** Called when nothing is busy any more, after a turn of the event loop; may be called again. */
  onQuiet: (() => void) | undefined;

  begin(): void {
    this.#busy += 1;
  }

  end(): void {
    this.#busy -= 1;
    if (this.#busy === 0 && (this.onQuiet !== undefined || this.#once !== undefined)) this.checkQuiet();
  }

  /** Whether nothing is busy. */
  get isQuiet(): boolean {
    return this.#busy === 0;
  }

  /** Calls a function once, the next time that nothing is busy. What it begins comes before a suspension. */
  whenQuiet(callback: () => void): void {
    (this.#once ??= []).push(callback);
    if (this.#busy === 0) this.checkQuiet();
  }

  /** Checks again later: work that a promise has yet to start counts. */
  checkQuiet(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#busy > 0) return;
      const callbacks = this.#once;
      if (callbacks === undefined) return this.onQuiet?.();
      this.#once = undefined;
      for (const callback of callbacks) callback();
      this.checkQuiet();
    });
  }
}
