import { runId } from "@ice/testing/internal";
import type { FleetProcess } from "./fleet-process.ts";
import type { FleetParts, FleetProcesses } from "./fleet-processes.ts";
import type { EntryFaults } from "./fleet-queues.ts";
import type { FleetReport } from "./fleet-report.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetPlan } from "./fleet-scenario.ts";

/** The faults of a fleet, as its plan says: processes die or stand still, and the store is away. */
export class FleetFaults {
  readonly #parts: FleetParts;
  readonly #processes: FleetProcesses;
  #begunJobs = 0;
  #deadTickets = 0;
  #releases = 0;

  constructor(parts: FleetParts, processes: FleetProcesses) {
    this.#parts = parts;
    this.#processes = processes;
  }

  /** Sets the timers of stands and outages. */
  plan(): void {
    const { scenario, clock, tables, report, takeOver } = this.#parts;
    const { stands, outages } = scenario.fleet;
    for (const { worker, atMs, forMs } of stands)
      clock.setTimer(atMs, () => this.#stand(this.#processes.workers[worker], forMs));
    for (const { atMs, forMs } of outages)
      clock.setTimer(atMs, () => {
        report.write(`the store is away for ${forMs}`);
        tables.awayUntil = Math.max(tables.awayUntil, clock.now() + forMs);
        takeOver.onOutage(tables.awayUntil);
      });
  }

  /** A worker has begun with a job: it may die of it, or stand still. */
  onJob(worker: FleetProcess): void {
    const { stillJobs, deadlyJobs } = this.#parts.scenario.fleet;
    this.#begunJobs += 1;
    if (this.#begunJobs <= deadlyJobs) this.#parts.clock.setTimer(0, () => worker.kill());
    else if (this.#begunJobs - deadlyJobs <= stillJobs) this.#standPastLease(worker, 0);
  }

  /** A worker is about to open a run that no one has opened before: it may die of it. @returns whether it did. */
  onTicket(worker: FleetProcess, { head, epoch }: FleetRun): boolean {
    if (head.runId !== runId || epoch > 0 || this.#deadTickets >= this.#parts.scenario.fleet.deadlyTickets)
      return false;
    this.#deadTickets += 1;
    worker.kill();
    return true;
  }

  /** A process has opened a run: it may die, or stand still. */
  onOpened({ head, epoch, process }: FleetRun): void {
    const { deadlyOwners, stillOwners } = this.#parts.scenario.fleet;
    const owner = this.#processes.workers.find((worker) => worker?.id === process);
    if (owner === undefined || head.runId !== runId) return;
    if (epoch <= deadlyOwners) this.#parts.clock.setTimer(1, () => owner.kill());
    else if (epoch - deadlyOwners <= stillOwners) this.#standPastLease(owner, Math.floor(this.#parts.random() * 40));
  }

  /** The owner of a run is about to release it, because it waits. */
  onRelease(of: string): void {
    if (of !== runId || (this.#releases += 1) > this.#parts.scenario.fleet.lateCancels) return;
    this.#parts.report.count("late cancel");
    // If the store fails, it is not cancelled.
    void this.#processes.operator.runs.cancel(runId, "the test").catch(() => {});
  }

  /** After some milliseconds, the process stands still for longer than its lease. */
  #standPastLease(process: FleetProcess, ms: number): void {
    const { scenario, clock, random } = this.#parts;
    clock.setTimer(ms, () => this.#stand(process, scenario.fleet.leaseMs + Math.floor(random() * 5000)));
  }

  #stand(process: FleetProcess | undefined, forMs: number): void {
    if (process === undefined || !process.isAlive || process.clock.isStanding) return;
    const { clock, report, takeOver } = this.#parts;
    report.write(`${process.id} stands still for ${forMs}`);
    takeOver.onStop(process);
    process.clock.stand();
    clock.setTimer(forMs, () => {
      report.write(`${process.id} goes on`);
      process.clock.goOn();
      takeOver.onGoOn(process);
    });
  }
}

/** What happens to tickets and jobs of a fleet on their way. */
export function entryFaults(
  { lateEntries, lostTickets, doubledTickets }: FleetPlan,
  random: () => number,
  report: FleetReport,
): EntryFaults {
  const chance = (probability: number): boolean => probability > 0 && random() < probability;
  const happens = (what: string, probability: number): boolean => {
    const isChosen = chance(probability);
    if (isChosen) report.count(what);
    return isChosen;
  };
  return {
    lateMs: () => (chance(lateEntries) ? Math.floor(random() * 500) : 0),
    isLost: () => happens("lost ticket", lostTickets),
    isDoubled: () => happens("doubled ticket", doubledTickets),
  };
}
