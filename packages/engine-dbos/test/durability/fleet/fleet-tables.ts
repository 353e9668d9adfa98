import {
  IceError,
  runExists,
  runFenced,
  runNotFound,
  type Clock,
  type JournalRecord,
  type NewRun,
  type PlacedStep,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";
import { Watchers, anyRun, isLast, runsQueue, uniqueRunName } from "@ice/core/internal";
import { encodeStep } from "../../../src/dispatch/job-step.ts";
import { firstTicket, nextTicket, rowOf } from "../../../src/dispatch/ticket.ts";
import { goesOnIn } from "../../../src/dispatch/hand-on.ts";
import { FleetQueues, noEntryFaults, type EntryFaults } from "./fleet-queues.ts";
import { FleetRun, type FleetOwner } from "./fleet-run.ts";

/** Sees what happens in the tables. */
export interface FleetObserver {
  /** A process has opened a run in the next epoch. @param before - the process whose name stood in its row. */
  onOpened(run: FleetRun, before: string | undefined): void;
  onDurable(run: FleetRun, by: Ownership, record: JournalRecord): void;
  onPlaced(id: string, argument: unknown): void;
  /** The outcome of a job was written. */
  onOutcome(job: string, body: string): void;
}

/** By which right a process records. */
export interface Ownership {
  readonly process: string;
  readonly epoch: number;
}

/** Records of one run that become durable together. */
export interface FleetCommit extends Ownership {
  /** How many records it has without them. */
  readonly before: number;
  readonly records: readonly JournalRecord[];
  /** How many signals the owner knew. */
  readonly seen: number;
}

interface OwnerRow {
  leaseUntil: number;
  readonly isWorker: boolean;
}

/**
 * What the processes of a fleet share, in place of the tables of Postgres and of DBOS: every method is one transaction, and the only clock is
 * that of the tables. Statements are replaced, decisions are those of this package: `goesOnIn`, the ids of tickets and jobs.
 */
export class FleetTables {
  readonly queues: FleetQueues;
  readonly owners = new Map<string, OwnerRow>();
  readonly runs = new Map<string, FleetRun>();
  readonly outcomes = new Map<string, string>();
  /** Of jobs, as they were written. */
  readonly steps = new Map<string, readonly string[]>();
  readonly watchers = new Watchers();
  readonly leaseMs: number;
  readonly clock: Clock;
  observer: FleetObserver = { onOpened() {}, onDurable() {}, onPlaced() {}, onOutcome() {} };
  /** Called when a run, a queue or an outcome has changed. */
  onChange = (): void => {};
  /** When processes reach them again, in epoch milliseconds. */
  awayUntil = 0;
  #sequence = 0;

  constructor(
    clock: Clock,
    { leaseMs = 10_000, faults = noEntryFaults }: { leaseMs?: number; faults?: EntryFaults } = {},
  ) {
    this.clock = clock;
    this.leaseMs = leaseMs;
    this.queues = new FleetQueues(clock, faults);
    this.queues.onChange = () => this.onChange();
  }

  get awayForMs(): number {
    return Math.max(0, this.awayUntil - this.clock.now());
  }

  readonly newSequence = (): number => (this.#sequence += 1);

  isAlive = (process: string): boolean => (this.owners.get(process)?.leaseUntil ?? 0) > this.clock.now();

  renew(process: string, isWorker: boolean): void {
    this.owners.set(process, { leaseUntil: this.clock.now() + this.leaseMs, isWorker });
  }

  all(tenant?: string): readonly FleetRun[] {
    return [...this.runs.values()].filter(({ head }) => tenant === undefined || head.tenant === tenant);
  }

  find(tenant: string, runId: string): FleetRun | undefined {
    return this.runs.get(uniqueRunName(tenant, runId));
  }

  /** @throws IceError `ICE_RUN_NOT_FOUND`. */
  require(tenant: string, runId: string): FleetRun {
    const run = this.find(tenant, runId);
    if (run === undefined) throw runNotFound(runId);
    return run;
  }

  /** @param first - absent: the run waits in the queue. @throws IceError `ICE_RUN_EXISTS`. */
  create(tenant: string, head: NewRun, first?: FleetOwner): FleetRun {
    const { runId } = head;
    if (this.find(tenant, runId) !== undefined) throw runExists(runId);
    const isAlive = (process: string): boolean => this.isAlive(process);
    const run = new FleetRun({ ...head, tenant }, this.newSequence(), { first, isAlive });
    this.runs.set(uniqueRunName(tenant, runId), run);
    if (first === undefined) {
      run.isQueued = true;
      run.ticket = firstTicket(run.sequence);
      this.queues.add(run.ticket, { queue: runsQueue, argument: { tenant, runId } });
    } else this.observer.onOpened(run, undefined);
    this.changed(run);
    return run;
  }

  /** A run as the process that opens it finds it. */
  storedOf(run: FleetRun): StoredRun {
    return run.stored();
  }

  open(run: FleetRun, owner: FleetOwner): void {
    const before = run.process;
    run.own(owner);
    this.observer.onOpened(run, before);
    this.changed(run);
  }

  /** @throws IceError `ICE_STORE_FENCED`. */
  commit(run: FleetRun, commit: FleetCommit): void {
    const { epoch, records, seen } = commit;
    if (this.isFenced(run, commit)) throw runFenced(run.head.runId, epoch, "another process has taken it over");
    for (const record of records) {
      if (record.kind === "suspended") run.seen = seen;
      run.append(record, this.newSequence);
      if (isLast(record)) run.process = undefined;
      this.observer.onDurable(run, commit, record);
    }
    this.changed(run);
  }

  isFenced(run: FleetRun, { process, epoch, before }: FleetCommit): boolean {
    return run.epoch !== epoch || run.process !== process || run.records.length !== before;
  }

  /** A suspended run that workers care for goes on when it gets a signal. */
  signal(run: FleetRun, signal: Signal): SignalReceipt {
    const receipt = run.keep(signal);
    if (!receipt.recorded) return receipt;
    if (run.isHosted && run.recorded === "suspended" && !run.isOwned) this.handOnIn(run);
    this.changed(run);
    return receipt;
  }

  /** Makes a ticket for a run that no process owns. */
  handOnIn(run: FleetRun, delayMs = 0): void {
    const { queues } = this;
    const known = run.ticket ?? firstTicket(run.sequence);
    const state = queues.stateOf(known);
    const isThere = state === "ENQUEUED" || state === "DELAYED";
    if (state === "DELAYED" && delayMs <= 0) queues.hurry(known);
    run.ticket = isThere ? known : nextTicket({ id: run.sequence, epoch: run.epoch }, known);
    if (delayMs <= 0) run.isQueued = true;
    const { tenant, runId } = run.head;
    if (!isThere) queues.add(run.ticket, { queue: runsQueue, delayMs, argument: { tenant, runId } });
    this.changed(run);
  }

  /** As `countLoss` of the reaper: the runs that a dead worker had, or was about to open. */
  countLoss(owner: string, opening: ReadonlySet<number>): readonly FleetRun[] {
    const runs = this.all().filter(
      (run) =>
        run.isHosted &&
        run.endedAt === undefined &&
        (run.process === owner || (opening.has(run.sequence) && !run.isOwned)),
    );
    for (const run of runs) {
      run.takeovers = run.nodes === run.takenNodes ? run.takeovers + 1 : 1;
      run.takenNodes = run.nodes;
    }
    return runs;
  }

  /** @param isOwned - by a process that is alive, as the caller sees it. */
  handOn(
    run: FleetRun,
    { delayMs = 0, detach = false }: { delayMs?: number; detach?: boolean },
    isOwned: boolean,
  ): boolean {
    if (run.endedAt !== undefined || (!run.isHosted && !detach)) return false;
    if (isOwned) {
      if (run.isHosted) run.woken = run.epoch;
      return false;
    }
    run.isHosted = true;
    this.handOnIn(run, delayMs);
    return true;
  }

  continueLater(run: FleetRun, isOwned: boolean): void {
    const delayMs = goesOnIn(run.row, isOwned, this.clock.now());
    if (delayMs !== undefined) this.handOnIn(run, delayMs);
  }

  putStep({ job, step }: { readonly job: string; readonly step: PlacedStep }): void {
    if (!this.outcomes.has(job)) this.steps.set(job, [...(this.steps.get(job) ?? []), encodeStep(step)]);
  }

  putOutcome({ job, row, body }: { readonly job: string; readonly row: number; readonly body: string }): void {
    if (this.outcomes.has(job) || !this.all().some(({ sequence }) => sequence === row)) return;
    this.outcomes.set(job, body);
    this.observer.onOutcome(job, body);
    this.onChange();
  }

  /** The outcomes of some jobs, as they were written. One without an outcome is left out. */
  outcomesOf(jobs: readonly string[]): readonly { readonly job: string; readonly body: string }[] {
    return jobs.flatMap((job) => {
      const body = this.outcomes.get(job);
      return body === undefined ? [] : { job, body };
    });
  }

  /** Those of some jobs that have an outcome, or whose run is over. */
  endedJobs(jobs: readonly string[]): readonly string[] {
    const isOver = (job: string): boolean =>
      this.all().find(({ sequence }) => sequence === rowOf(job))?.endedAt !== undefined;
    return jobs.filter((job) => this.outcomes.has(job) || isOver(job));
  }

  /** Those who watch a run, and hosts. */
  changed({ head }: FleetRun): void {
    this.watchers.notify(uniqueRunName(head.tenant, head.runId));
    this.watchers.notify(anyRun);
    this.onChange();
  }
}

/** The error of tables that are away. */
export const away = (): IceError =>
  new IceError("ICE_STORE_UNAVAILABLE", "The store of the simulated fleet is away.", { fix: "try again later" });
