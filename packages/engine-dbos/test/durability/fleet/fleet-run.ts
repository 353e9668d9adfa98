import type { ObservedStatus, RunOwner, StoredRun } from "@ice/core";
import { MemoryRun } from "@ice/core/internal";
import type { ReleasedRun } from "../../../src/dispatch/hand-on.ts";

/** Who owns a run: a process, and what it wants to know. */
export interface FleetOwner {
  /** Id of the process in the table of owners. */
  readonly process: string;
  readonly owner: RunOwner;
}

/** The row of a run in a store that several processes share. */
export class FleetRun extends MemoryRun {
  /** The process whose name stands in the row; it may be dead. */
  process: string | undefined;
  isQueued = false;
  /** The ticket that was added last. */
  ticket: string | undefined;
  /** The epoch in which it was asked to go on although it was owned; 0: none. */
  woken = 0;
  /** Owners in a row that were lost without the end of any node, and the number of ended nodes when the last one was. */
  takeovers = 0;
  takenNodes = 0;
  /** Whether it was ended without being opened. */
  isGivenUp = false;
  readonly #isAlive: (process: string) => boolean;

  constructor(
    head: ConstructorParameters<typeof MemoryRun>[0],
    sequence: number,
    { first, isAlive }: { readonly first?: FleetOwner | undefined; readonly isAlive: (process: string) => boolean },
  ) {
    super(head, sequence, first?.owner);
    this.process = first?.process;
    this.#isAlive = isAlive;
    if (first === undefined) this.epoch = 0;
  }

  /** Whether its owner has renewed its lease. */
  get isOwned(): boolean {
    return this.process !== undefined && this.#isAlive(this.process);
  }

  override get status(): ObservedStatus {
    const { recorded } = this;
    if (this.endedAt !== undefined) return recorded;
    const isAwake = this.isHosted && (this.signalCount > this.seen || this.woken === this.epoch);
    if (recorded === "suspended") return this.isQueued || isAwake ? "queued" : recorded;
    if (this.isOwned) return recorded;
    if (this.isQueued) return "queued";
    return recorded === "running" ? "interrupted" : recorded;
  }

  /** As the rules of the dispatcher read it. */
  get row(): ReleasedRun {
    return {
      status: this.recorded,
      signals: this.signalCount,
      seen: this.seen,
      woken: this.woken,
      epoch: this.epoch,
      ended_at: this.endedAt ?? null,
      hosted: this.isHosted ? 1 : 0,
      resume_at: this.resumeAt ?? null,
    };
  }

  own({ process, owner }: FleetOwner): void {
    this.epoch += 1;
    this.process = process;
    this.owner = owner;
    this.isQueued = false;
  }

  disown(): void {
    this.process = undefined;
    this.owner = undefined;
  }

  override stored(): StoredRun {
    return { ...super.stored(), ...(this.takeovers > 0 && { lostOwners: this.takeovers }) };
  }
}
