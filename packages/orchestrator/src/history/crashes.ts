import type { JournalRecord } from "@ice/core";

/** How often processes have ended without releasing a run, by the nodes that they executed. */
export class Crashes {
  readonly #byPath = new Map<string, number>();
  /** Nodes that the last process has begun itself: it may have ended before it began those that it found in flight. */
  readonly #begun = new Set<string>();
  /** Whether the last process has released the run. */
  #wasReleased = false;

  /** @param inFlight - paths of the nodes that are in flight before the record. */
  add(record: JournalRecord, inFlight: () => readonly string[]): void {
    const { kind } = record;
    if (kind === "resumed") {
      for (const path of this.#lost(inFlight)) this.#byPath.set(path, (this.#byPath.get(path) ?? 0) + 1);
      this.#begun.clear();
    }
    // What another process executes does not end with this one.
    if (kind === "started" && record.place === undefined) this.#begun.add(record.path);
    if (kind === "outcome") this.#begun.delete(record.path);
    this.#wasReleased = kind === "suspended";
  }

  /** @param inFlight - paths of the nodes that are in flight after the last record: its process may have ended with them. */
  of(path: string, inFlight: () => readonly string[]): number {
    const last = this.#lost(inFlight).includes(path) ? 1 : 0;
    return (this.#byPath.get(path) ?? 0) + last;
  }

  #lost(inFlight: () => readonly string[]): readonly string[] {
    return this.#wasReleased || this.#begun.size === 0 ? [] : inFlight().filter((path) => this.#begun.has(path));
  }
}
