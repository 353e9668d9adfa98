import type { Clock } from "@ice/core";
import { runsQueue } from "@ice/core/internal";
import { rowOf } from "../../../src/dispatch/ticket.ts";
import type { FleetProcess } from "./fleet-process.ts";
import type { FleetRuleParts } from "./owner-rules.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetPlan } from "./fleet-scenario.ts";

/** How much longer than a lease it may take until a dead owner is replaced, in milliseconds. */
const graceMs = 2000;

interface TakeOverParts extends FleetRuleParts {
  readonly clock: Clock;
  readonly fleet: FleetPlan;
}

/** While another worker lives, a dead owner is replaced within its lease and two seconds. */
export class TakeOverRule {
  readonly #parts: TakeOverParts;
  /** Since when each living worker has run without a gap. */
  readonly #since = new Map<FleetProcess, number>();
  /** How often each process has gone on after it stood still. */
  readonly #goneOn = new Map<FleetProcess, number>();
  #awayUntil = 0;

  constructor(parts: TakeOverParts) {
    this.#parts = parts;
  }

  onStart(process: FleetProcess): void {
    const since = Math.max(this.#parts.clock.now(), this.#awayUntil);
    if (process.parts.provides !== undefined) this.#since.set(process, since);
  }

  onGoOn(process: FleetProcess): void {
    this.#goneOn.set(process, (this.#goneOn.get(process) ?? 0) + 1);
    if (process.isAlive) this.onStart(process);
  }

  onOutage(until: number): void {
    this.#awayUntil = until;
    for (const process of this.#since.keys()) this.#since.set(process, until);
  }

  /** A process dies or stands still: what it owns is to be taken over. */
  onStop(process: FleetProcess): void {
    const { tables, clock, fleet } = this.#parts;
    this.#since.delete(process);
    const at = clock.now();
    const before = this.#goneOn.get(process);
    for (const run of tables.all()) {
      const { epoch } = run;
      if (run.process !== process.id || run.endedAt !== undefined) continue;
      clock.setTimer(fleet.leaseMs + graceMs, () => {
        if (run.process !== process.id || run.epoch !== epoch) return;
        // A process that stood still may have gone on meanwhile, and renewed its lease.
        if (this.#goneOn.get(process) !== before) return;
        if (this.#isTakenByAnother(run)) return;
        if (this.#couldTakeOver(at))
          this.#parts.report.violation(`${run.head.runId} of ${process.id} is not taken over in time`);
      });
    }
  }

  /** The dead owner was replaced, and the worker that took the ticket has died, too, before it opened the run: it is replaced next. */
  #isTakenByAnother({ sequence, process: owner }: FleetRun): boolean {
    const living = [...this.#since.keys()].map(({ id }) => id);
    return [...this.#parts.tables.queues.entries.values()].some(
      ({ id, queue, state, executor }) =>
        queue === runsQueue &&
        rowOf(id) === sequence &&
        state === "PENDING" &&
        executor !== owner &&
        !living.includes(executor!),
    );
  }

  /** Tickets that are late or lost are not what is promised. */
  #couldTakeOver(at: number): boolean {
    const { fleet } = this.#parts;
    if (fleet.lateEntries > 0 || fleet.lostTickets > 0) return false;
    return [...this.#since.values()].some((since) => since <= at);
  }
}
