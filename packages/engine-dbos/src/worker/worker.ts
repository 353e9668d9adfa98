import { setTimeout as delay } from "node:timers/promises";
import { IceError, JobRunner, RunHost, Tenants, type PlacedJob, type Runtime } from "@ice/core";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { encodeOutcome, lost } from "../dispatch/job-outcome.ts";
import { putOutcome } from "../dispatch/placed-jobs.ts";
import { runsQueue } from "../dispatch/ticket.ts";
import { continueLater } from "./continue-later.ts";
import { DbosProcess } from "./dbos-process.ts";
import { queuesOf } from "./provided-queues.ts";
import { Reaper } from "./reaper.ts";
import { RunningJobs } from "./running-jobs.ts";

/** Options of `startWorker`. */
export interface WorkerOptions {
  /** What nodes that require it can be executed here. Default: nothing. */
  readonly provides?: readonly string[] | undefined;
  /** Runs at a time; 0: none. Default 10, or 0 if it provides something. */
  readonly slots?: number | undefined;
  /** Nodes of other runs at a time. Default 10. */
  readonly jobs?: number | undefined;
}

/** A process that executes what is queued in its store. */
export interface Worker {
  /** Names it in the store; never used again. */
  readonly id: string;
  readonly provides: readonly string[];
  /**
   * Takes nothing new, lets nodes in flight end, and hands the runs on. The runtime executes nothing afterwards.
   *
   * @param ms - how long nodes may take to end.
   */
  drain(ms: number): Promise<void>;
}

/** A ticket that this worker cannot execute is offered to others after this time. */
const lackMs = 30_000;
/** How long a run stays for the next time that a `wait` node waits for. */
const staySeconds = 5;

interface Ticket {
  readonly tenant: string;
  readonly runId: string;
}
type Job = PlacedJob & { readonly tenant: string; readonly row: number };

export class PostgresWorker implements Worker {
  readonly id: string;
  readonly provides: readonly string[];
  readonly #dispatch: Dispatch;
  readonly #runtime: Runtime;
  readonly #dbos: DbosProcess;
  readonly #reaper: Reaper;
  readonly #jobs: RunningJobs;
  #isDraining = false;

  constructor(dispatch: Dispatch, runtime: Runtime, { provides = [], slots, jobs = 10 }: WorkerOptions) {
    this.id = dispatch.store.ownership.id;
    this.provides = [...provides].toSorted();
    this.#dispatch = dispatch;
    this.#runtime = runtime;
    this.#jobs = new RunningJobs(dispatch.store.database);
    this.#reaper = new Reaper(dispatch);
    const runs = slots ?? (provides.length > 0 ? 0 : 10);
    this.#dbos = new DbosProcess(dispatch, {
      most: (queue) => (queue === runsQueue ? runs : jobs),
      listens: [...(runs > 0 ? [runsQueue] : []), ...queuesOf(this.provides)],
      ticket: (id, ticket) => this.#execute(id, ticket as Ticket),
      job: (id, job) => this.#attempt(id, job as Job),
    });
  }

  async start(): Promise<void> {
    const { queues, store, placement } = this.#dispatch;
    for (const queue of this.#dbos.listens) await queues.ensure(queue);
    placement.provide(this.provides, (queue) => this.#dbos.isLimited(queue));
    await store.ownership.serve({ provides: this.provides });
    await this.#dbos.start();
    this.#reaper.start();
  }

  async drain(ms: number): Promise<void> {
    this.#isDraining = true;
    this.#dbos.takeNothing();
    this.#reaper.stop();
    await Promise.all([this.#runtime.use(RunHost).drain(ms), this.#jobs.whenEnded(ms)]);
    await this.#dbos.stop();
    await this.#giveBackAll();
  }

  /** A ticket: the process that opens the run goes on with it, and it has ended for this worker when it is released. */
  async #execute(id: string, { tenant, runId }: Ticket): Promise<void> {
    if (this.#isDraining) return this.#giveBack(id, runsQueue);
    const { runs } = this.#runtime.use(Tenants).of(tenant);
    try {
      await runs.resume(runId, { staySeconds });
    } catch (error) {
      const code = IceError.is(error) ? error.code : "";
      if (code === "ICE_RUN_NOT_FOUND") return;
      if (lacking.has(code)) {
        await this.#patiently(() => new PostgresDispatcher(this.#dispatch, tenant).handOn(runId, { delayMs: lackMs }));
        return;
      }
    }
    await this.#patiently(() => continueLater(this.#dispatch, tenant, runId));
  }

  async #attempt(id: string, { row, ...job }: Job): Promise<void> {
    if (this.#isDraining) return this.#giveBack(id, job.requires.join("+"));
    const runner = this.#runtime.use(JobRunner);
    const outcome = await this.#jobs.track(id, async (signal) => {
      try {
        return await runner.run(job, signal);
      } catch (error) {
        const cause = IceError.is(error) ? error : new IceError("ICE_INTERNAL", "The node failed.", { cause: error });
        return { error: cause, usage: {} };
      }
    });
    if (outcome === undefined) return;
    await this.#patiently(() =>
      putOutcome(this.#dispatch.store.database, { job: id, row, body: encodeOutcome(outcome) }),
    );
  }

  async #giveBack(id: string, queue: string): Promise<never> {
    await this.#dispatch.queues.giveBack([id], queue);
    // It belongs to another worker now: nothing is recorded about its end.
    return new Promise<never>(() => {});
  }

  /** What is still taken now has not begun, or did not end in time. */
  async #giveBackAll(): Promise<void> {
    const { queues, store } = this.#dispatch;
    const { database } = store;
    const taken = await queues.takenBy(database, this.id).catch(() => []);
    for (const { id, isJob } of taken)
      if (isJob) await putOutcome(database, { job: id, row: Number(id.split(":")[0]), body: lost });
    await queues.cancel(taken.flatMap(({ id, isJob }) => (isJob ? [id] : [])));
    await queues.giveBack(
      taken.flatMap(({ id, isJob }) => (isJob ? [] : [id])),
      runsQueue,
    );
  }

  /** Until the store is there again: what this worker leaves undone would wait for a sweep. */
  async #patiently(work: () => Promise<unknown>): Promise<void> {
    for (let ms = 100; ; ms = Math.min(5000, ms * 2)) {
      try {
        await work();
        return;
      } catch (error) {
        if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return;
        if (this.#isDraining && ms > 1000) return;
        await delay(ms);
      }
    }
  }
}

/** Another worker may have what this one lacks. */
const lacking: ReadonlySet<string> = new Set([
  "ICE_BLUEPRINT_INVALID",
  "ICE_NODE_TYPE_UNKNOWN",
  "ICE_TOOL_UNKNOWN",
  "ICE_STORE_VERSION",
]);
