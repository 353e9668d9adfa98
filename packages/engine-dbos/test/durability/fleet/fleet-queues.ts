import type { Clock } from "@ice/core";
import { runsQueue } from "@ice/core/internal";
import { rowOf } from "../../../src/dispatch/ticket.ts";

/** An entry of a queue, in the states of DBOS. */
export interface FleetEntry {
  readonly id: string;
  readonly queue: string;
  readonly argument: unknown;
  state: "ENQUEUED" | "PENDING" | "SUCCESS" | "CANCELLED";
  /** When it may be taken, in epoch milliseconds. */
  dueAt: number;
  executor: string | undefined;
  updatedAt: number;
}

/** What may happen to entries on their way, each decided by the dice. */
export interface EntryFaults {
  /** Milliseconds by which an entry that is added comes later. */
  readonly lateMs: (id: string) => number;
  /** Whether a ticket that is added is lost. */
  readonly isLost: (id: string) => boolean;
  /** Whether a ticket that is taken can be taken once more. */
  readonly isDoubled: (id: string) => boolean;
}

export const noEntryFaults: EntryFaults = { lateMs: () => 0, isLost: () => false, isDoubled: () => false };

/** In place of the queues of DBOS: entries with unique ids, which one process takes and ends, or another one takes again. */
export class FleetQueues {
  readonly entries = new Map<string, FleetEntry>();
  /** How often tickets were taken, by the numbers of their runs. */
  readonly takes = new Map<number, number>();
  readonly #clock: Clock;
  readonly #faults: EntryFaults;
  readonly #listeners = new Set<(queue: string, ms: number) => void>();
  /** Called when the state of an entry has changed. */
  onChange = (): void => {};

  constructor(clock: Clock, faults: EntryFaults) {
    this.#clock = clock;
    this.#faults = faults;
  }

  /** @param listener - called with a queue that has something to take in so many milliseconds. */
  listen(listener: (queue: string, ms: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Adds an entry unless there is one with its id. */
  add(id: string, { queue, delayMs = 0, argument }: { queue: string; delayMs?: number; argument: unknown }): void {
    if (this.entries.has(id)) return;
    if (queue === runsQueue && this.#faults.isLost(id)) return;
    const [now, waitMs] = [this.#clock.now(), delayMs + this.#faults.lateMs(id)];
    const entry = { state: "ENQUEUED", dueAt: now + waitMs, executor: undefined, updatedAt: now } as const;
    this.entries.set(id, { id, queue, argument, ...entry });
    this.#announce(queue, waitMs);
  }

  stateOf(id: string): "DELAYED" | FleetEntry["state"] | undefined {
    const entry = this.entries.get(id);
    return entry?.state === "ENQUEUED" && entry.dueAt > this.#clock.now() ? "DELAYED" : entry?.state;
  }

  hurry(id: string): void {
    const entry = this.entries.get(id)!;
    entry.dueAt = this.#clock.now();
    this.#announce(entry.queue, 0);
  }

  /** Takes what is due, at most so many, in any order. */
  take(executor: string, queue: string, most: number, random: () => number): readonly FleetEntry[] {
    const now = this.#clock.now();
    const due = [...this.entries.values()].filter(
      (entry) => entry.queue === queue && entry.state === "ENQUEUED" && entry.dueAt <= now,
    );
    const taken: FleetEntry[] = [];
    while (taken.length < most && due.length > 0) {
      const [entry] = due.splice(Math.floor(random() * due.length), 1);
      taken.push(entry!);
      if (queue === runsQueue) this.takes.set(rowOf(entry!.id), (this.takes.get(rowOf(entry!.id)) ?? 0) + 1);
      if (queue === runsQueue && this.#faults.isDoubled(entry!.id)) {
        this.#announce(queue, 0);
        continue;
      }
      Object.assign(entry!, { state: "PENDING", executor, updatedAt: now });
    }
    return taken;
  }

  /** In how many milliseconds something can be taken; undefined if there is nothing. */
  dueIn(queue: string): number | undefined {
    const times = [...this.entries.values()].filter((entry) => entry.queue === queue && entry.state === "ENQUEUED");
    return times.length === 0 ? undefined : Math.min(...times.map(({ dueAt }) => dueAt)) - this.#clock.now();
  }

  takenBy(executor: string): readonly FleetEntry[] {
    return [...this.entries.values()].filter((entry) => entry.state === "PENDING" && entry.executor === executor);
  }

  giveBack(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.entries.get(id)!;
      Object.assign(entry, { state: "ENQUEUED", executor: undefined, dueAt: this.#clock.now() });
      this.#announce(entry.queue, 0);
    }
  }

  end(ids: readonly string[], state: "SUCCESS" | "CANCELLED"): void {
    for (const id of ids) Object.assign(this.entries.get(id) ?? {}, { state });
    this.onChange();
  }

  /** Whether a ticket of a run is about to be taken or is being executed. */
  hasTicket(run: number): boolean {
    const now = this.#clock.now();
    return [...this.entries.values()].some(
      ({ id, queue, state, dueAt }) =>
        queue === runsQueue && rowOf(id) === run && (state === "PENDING" || (state === "ENQUEUED" && dueAt <= now)),
    );
  }

  #announce(queue: string, ms: number): void {
    for (const listener of this.#listeners) listener(queue, ms);
  }
}
