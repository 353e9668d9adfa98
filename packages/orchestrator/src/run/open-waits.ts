import type { SignalWait } from "@ice/core";

interface Wait {
  /** When it began, in epoch milliseconds. */
  readonly since: number;
  readonly wait: SignalWait;
}

/** The nodes of a run that wait, in the order in which they began. A resume enters them in another one. */
export class OpenWaits<Open extends Wait> {
  #waits = new Set<Open>();
  #isSorted = true;
  #lastSince = -Infinity;

  get size(): number {
    return this.#waits.size;
  }

  add(open: Open): void {
    this.#waits.add(open);
    if (open.since < this.#lastSince) this.#isSorted = false;
    this.#lastSince = Math.max(this.#lastSince, open.since);
  }

  delete(open: Open): void {
    this.#waits.delete(open);
  }

  /** The one that began first is the first. */
  inOrder(): Iterable<Open> {
    if (!this.#isSorted) this.#waits = new Set([...this.#waits].toSorted((one, other) => one.since - other.since));
    this.#isSorted = true;
    return this.#waits;
  }

  /** The earliest time in a field; Infinity if there is none. */
  earliest(field: "resumeAt" | "expiresAt"): number {
    let earliest = Infinity;
    for (const { wait } of this.#waits) earliest = Math.min(earliest, wait[field] ?? Infinity);
    return earliest;
  }
}
