import { RunHost, type PlacedJob, type Runtime } from "@ice/core";
import { runsQueue } from "@ice/core/internal";
import { left } from "../../../src/dispatch/job-outcome.ts";
import { queuesOf } from "../../../src/worker/provided-queues.ts";
import { RunningJobs } from "../../../src/worker/running-jobs.ts";
import { TakenWork, type TakenJob, type Ticket } from "../../../src/worker/taken-work.ts";
import { Claims } from "./claims.ts";
import { dispatcherOn, type FleetDispatch } from "./fleet-dispatcher.ts";
import type { FleetRun } from "./fleet-run.ts";
import { reap, sweep, takeBack } from "./reaping.ts";

/** How often is looked for what was written about jobs, in milliseconds. */
export const lookMs = 100;
/** How often dead owners are looked for, and runs that no process goes on with, in milliseconds. */
const [reapMs, sweepMs] = [1000, 30_000];
/** How long a worker that leaves waits for its nodes, in milliseconds. */
const drainMs = 100;
/** Runs, and nodes of other runs, that a worker executes at a time. */
const [slots, jobs] = [4, 4];

/** A job as it stands in a queue of the fleet. */
interface Job extends PlacedJob, TakenJob {}

export interface FleetWorkerOptions {
  /** Default: nothing. */
  readonly provides: readonly string[] | undefined;
  readonly random: () => number;
  /** It is about to open a run. */
  readonly onTicket: (ticket: Ticket) => void;
  /** Ends a run whose workers die before they have opened it. */
  readonly giveUp: (run: FleetRun) => Promise<void>;
}

/** In place of `PostgresWorker` and the loop of its `Reaper`, on the tables of the fleet. */
export class FleetWorker {
  readonly #dispatch: FleetDispatch;
  readonly #runtime: Runtime;
  readonly #provides: readonly string[];
  readonly #random: () => number;
  readonly #giveUp: FleetWorkerOptions["giveUp"];
  readonly #jobs: RunningJobs;
  readonly #work: TakenWork<Job>;
  readonly #claims: Claims;
  /** The jobs that it executes, by their ids. */
  readonly #executing = new Map<string, Job>();
  #untilSweep: number;
  #isDraining = false;

  constructor(
    dispatch: FleetDispatch,
    runtime: Runtime,
    { provides = [], random, onTicket, giveUp }: FleetWorkerOptions,
  ) {
    const { tables, connection, ownership, clock } = dispatch;
    const { queues } = tables;
    this.#dispatch = dispatch;
    this.#runtime = runtime;
    this.#provides = provides;
    this.#random = random;
    this.#giveUp = giveUp;
    this.#untilSweep = sweepMs * random();
    this.#jobs = new RunningJobs(
      (ids) => connection.call("outcomes", () => tables.endedJobs(ids), false),
      lookMs,
      clock,
    );
    this.#work = new TakenWork(
      runtime,
      this.#jobs,
      {
        handOn: ({ tenant, runId }, delayMs) => dispatcherOn(dispatch, tenant).handOn(runId, { delayMs }),
        continueLater: ({ tenant, runId }) =>
          connection.call("continueLater", () => {
            const run = tables.require(tenant, runId);
            const isOwned = ownership.isOwned(run);
            if (!isOwned && run.process === ownership.id) run.disown();
            tables.continueLater(run, isOwned);
          }),
        readJob: (job) => Promise.resolve(job),
        putStep: (step) => connection.call("putStep", () => tables.putStep(step)),
        putOutcome: (outcome) => connection.call("putOutcome", () => tables.putOutcome(outcome)),
        maxOutcomeBytes: Infinity,
        onLack: () => {},
        giveBack: (id) => connection.call("giveBack", () => queues.giveBack([id])),
      },
      clock,
    );
    this.#claims = new Claims({
      queues,
      connection,
      random,
      clock,
      id: ownership.id,
      most: new Map([[runsQueue, slots], ...queuesOf(provides).map((queue) => [queue, jobs] as const)]),
      execute: ({ id, queue, argument }) => {
        if (queue !== runsQueue) return this.#executeJob(id, argument as Job);
        onTicket(argument as Ticket);
        return this.#work.ticket(id, argument as Ticket, runsQueue);
      },
    });
  }

  /** Takes work as soon as the store is there. */
  start(): void {
    const { placement, ownership, clock } = this.#dispatch;
    placement.provide(this.#provides, () => false);
    const serve = async (): Promise<void> => {
      await ownership.serve();
      this.#claims.start();
      this.#reapLater();
    };
    const tryToServe = (): void => void serve().catch(() => clock.setTimer(1000, tryToServe));
    tryToServe();
  }

  takeNothing(): void {
    this.#claims.stop();
  }

  /** As `PostgresWorker.drain`. */
  async drain(): Promise<void> {
    const { tables, connection, ownership } = this.#dispatch;
    this.#isDraining = true;
    this.#work.drain();
    this.takeNothing();
    await Promise.all([this.#runtime.use(RunHost).drain(drainMs), this.#jobs.whenEnded(drainMs)]);
    await connection.call("takeBack", () => takeBack(tables, ownership.id, left)).catch(() => {});
    ownership.retire();
  }

  /** Id of the job by which it executes an attempt for the owner of the run; undefined if it does not. */
  jobOf(runId: string, path: string, attempt: number): string | undefined {
    for (const [id, job] of this.#executing)
      if (job.runId === runId && job.path === path && job.attempt === attempt) return id;
    return undefined;
  }

  async #executeJob(id: string, job: Job): Promise<void> {
    this.#executing.set(id, job);
    await this.#work.job(id, job);
    this.#executing.delete(id);
  }

  #reapLater(): void {
    this.#dispatch.clock.setTimer(reapMs, () => {
      if (this.#isDraining) return;
      void this.#reap()
        .catch(() => {}) // the store is away: the next look tries again
        .finally(() => this.#reapLater());
    });
  }

  async #reap(): Promise<void> {
    const { tables, connection, ownership } = this.#dispatch;
    const { id } = ownership;
    if (!ownership.isSteady) return;
    const hopeless = await connection.call("reap", () => reap(tables, id), false);
    for (const run of hopeless) await this.#giveUp(run);
    this.#untilSweep -= reapMs;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = sweepMs * (0.75 + this.#random() / 2);
    const taken = await connection.call("takenBy", () => tables.queues.takenBy(id), false);
    await this.#work.giveBackStranded(taken);
    await connection.call("sweep", () => sweep(tables), false);
  }
}
