import type { JournalRecord, RunResult } from "@ice/core";
import type { FleetProcess } from "./fleet-process.ts";
import type { FleetReport } from "./fleet-report.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetPlan } from "./fleet-scenario.ts";
import type { FleetTables, Ownership } from "./fleet-tables.ts";

/** What the rules of a fleet need. */
export interface FleetRuleParts {
  readonly tables: FleetTables;
  readonly report: FleetReport;
}

/** Owners that die one after the other, without the end of any node, before the run is ended. */
const maxOwners = 5;

/** One owner records in each epoch, and none that has lost the run; and a run that five workers die of ends. */
export class OwnerRules {
  readonly #parts: FleetRuleParts;
  readonly #fleet: FleetPlan;
  /** Processes by run and epoch. */
  readonly #owners = new Map<string, string>();
  /** The epoch of the last record of each run. */
  readonly #epochs = new Map<FleetRun, number>();
  /** Owners in a row that have died, without the end of any node. */
  readonly #lost = new Map<FleetRun, number>();
  /** Runs that have lost so many owners that they have to end. */
  readonly #overdue = new Set<FleetRun>();
  /** Workers that have died of a ticket, before the run was opened. */
  readonly #lostTickets = new Map<FleetRun, number>();
  hasLostWorkers = false;

  constructor(parts: FleetRuleParts, fleet: FleetPlan) {
    this.#parts = parts;
    this.#fleet = fleet;
  }

  /** @param lost - the process that owned it, if that has died. */
  onOpened(run: FleetRun, lost: string | undefined): void {
    const { report } = this.#parts;
    const key = `${run.head.runId} ${run.epoch}`;
    if (this.#owners.has(key)) report.violation(`the epoch ${key} begins twice`);
    this.#owners.set(key, run.process!);
    if (lost !== undefined) report.count("owner replaced");
    if (lost !== undefined) this.#lost.set(run, (this.#lost.get(run) ?? 0) + 1);
    const isOver = run.cancel !== undefined || run.records.some(({ kind }) => kind === "stopped");
    if (!isOver && (this.#lost.get(run) ?? 0) >= maxOwners) this.#overdue.add(run);
  }

  /** A worker has died of the ticket of a run. */
  onTicketLost(run: FleetRun): void {
    this.#parts.report.count("worker lost before opening");
    this.#lostTickets.set(run, (this.#lostTickets.get(run) ?? 0) + 1);
  }

  onDurable(run: FleetRun, { process, epoch }: Ownership, record: JournalRecord): void {
    const { report } = this.#parts;
    const key = `${run.head.runId} ${epoch}`;
    if (this.#owners.get(key) !== process)
      report.violation(`${process} records in the epoch ${key} of ${this.#owners.get(key)}`);
    if (epoch !== run.epoch || epoch < (this.#epochs.get(run) ?? 0))
      report.violation(`${process} records in the epoch ${key} after the epoch ${run.epoch} has begun`);
    this.#epochs.set(run, epoch);
    if (record.kind === "outcome") this.#lost.set(run, 0);
    const code =
      record.kind === "outcome" ? record.node.error?.code : record.kind === "ended" ? record.error?.code : undefined;
    if (code === "ICE_WORKER_LOST") this.hasLostWorkers = true;
    if (code === "ICE_WORKER_LOST" && record.kind === "outcome" && record.node.type === "tool")
      this.#checkLostNode(run, record.path);
  }

  /** A node fails when three workers have died with it: so it has begun three times. */
  #checkLostNode(run: FleetRun, path: string): void {
    const { report } = this.#parts;
    const starts = run.records.filter((record) => record.kind === "started" && record.path === path).length;
    report.count("node ended for lost workers");
    if (starts < 3) report.violation(`${path} is ended for lost workers after ${starts} starts`);
  }

  /** A process calls a tool for a run that another one has taken over. */
  onLateCall(process: FleetProcess, run: FleetRun, path: string): void {
    this.#parts.report.count("late call");
    if (process.ownership.get(run) === undefined)
      this.#parts.report.violation(`${path} starts in ${process.id}, which knows that it has lost the run`);
  }

  checkEnd(run: FleetRun, { error }: RunResult): void {
    const { report } = this.#parts;
    const lostTickets = this.#lostTickets.get(run) ?? 0;
    const hasLostOwners = error?.code === "ICE_WORKER_LOST" && /workers in a row/.test(error.message);
    if (hasLostOwners) report.count("run ended for lost owners");
    const { lostTickets: mayBeLost, doubledTickets, stands, stillOwners, stillJobs } = this.#fleet;
    // A worker that stood still was replaced, too: it counts for the store, and again if it dies of the same ticket later.
    const takes = this.#parts.tables.queues.takes.get(run.sequence) ?? 0;
    const takers = Math.max(run.epoch, takes + stands.length + stillOwners + stillJobs);
    if (hasLostOwners && takers <= maxOwners) report.violation(`the run is ended for lost owners after ${takers}`);
    if (run.isGivenUp) report.count("run ended unopened");
    const isOver = hasLostOwners || error?.code === "ICE_RUN_CANCELLED";
    const isExact = mayBeLost === 0 && doubledTickets === 0;
    if (!isOver && lostTickets > maxOwners && isExact)
      report.violation(`the run goes on although ${lostTickets} workers died of opening it`);
    if (!hasLostOwners && this.#overdue.has(run))
      report.violation(`the run goes on after so many lost owners, it ends by ${error?.code}`);
  }
}
