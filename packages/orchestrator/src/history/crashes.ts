import type { JournalRecord } from "@ice/core";

/** How often processes have ended without releasing a run, by the nodes that they executed. */
export class Crashes {
  readonly #byPath = new Map<string, number>();
  /** Whether the last process has released the run. */
  #wasReleased = false;

  /** @param inFlight - paths of the nodes that are in flight before the record. */
  add({ kind }: JournalRecord, inFlight: () => readonly string[]): void {
    if (kind === "resumed" && !this.#wasReleased)
      for (const path of inFlight()) this.#byPath.set(path, (this.#byPath.get(path) ?? 0) + 1);
    this.#wasReleased = kind === "suspended";
  }

  /** @param inFlight - paths of the nodes that are in flight after the last record: its process may have ended with them. */
  of(path: string, inFlight: () => readonly string[]): number {
    const last = !this.#wasReleased && inFlight().includes(path) ? 1 : 0;
    return (this.#byPath.get(path) ?? 0) + last;
  }
}
