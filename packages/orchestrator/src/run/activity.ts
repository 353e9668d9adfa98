/**
 * Knows when a run can do nothing more by itself. Busy is every node that works, waits for its next attempt or is being
 * recorded; a container that waits for its children is not, nor is a node that waits for a person outside.
 */
export class Activity {
  #busy = 0;
  #scheduled = false;
  /** Called when nothing is busy any more, once the event loop has come round; may be called again. */
  onQuiet: (() => void) | undefined;

  begin(): void {
    this.#busy += 1;
  }

  end(): void {
    this.#busy -= 1;
    if (this.#busy === 0 && this.onQuiet !== undefined) this.checkQuiet();
  }

  /** Looks again, later: what a promise has yet to set off counts as work. */
  checkQuiet(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#busy === 0) this.onQuiet?.();
    });
  }
}
