import { setTimeout as delay } from "node:timers/promises";
import { IceError, JobRunner, RunHost, Tenants, type Runtime } from "@ice/core";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { decodeJob, readJob, type JobEntry, type StoredJob } from "../dispatch/job-entry.ts";
import { encodeOutcome, left } from "../dispatch/job-outcome.ts";
import { noteOutcomes, putOutcome, putStep } from "../dispatch/placed-jobs.ts";
import { runsQueue } from "../dispatch/ticket.ts";
import { continueLater } from "./continue-later.ts";
import { DbosProcess } from "./dbos-process.ts";
import { queuesOf } from "./provided-queues.ts";
import { Reaper } from "./reaper.ts";
import { RunningJobs } from "./running-jobs.ts";
import { takeBack } from "./take-back.ts";
import type { Worker, WorkerOptions } from "./worker.ts";

/** A run that this worker cannot go on with is offered to others after this time. */
const lackMs = 30_000;
/** How long a run stays for the next time that a `wait` node waits for. */
const staySeconds = 5;

interface Ticket {
  readonly tenant: string;
  readonly runId: string;
}

export class PostgresWorker implements Worker {
  readonly id: string;
  readonly provides: readonly string[];
  readonly #dispatch: Dispatch;
  readonly #runtime: Runtime;
  readonly #dbos: DbosProcess;
  readonly #reaper: Reaper;
  readonly #jobs: RunningJobs;
  readonly #slots: number;
  /** Entries whose functions have been called and have not returned. */
  readonly #executing = new Set<string>();
  /** Entries that were taken and not executed at the last sweep. */
  #stranded: ReadonlySet<string> = new Set();
  #isDraining = false;

  constructor(dispatch: Dispatch, runtime: Runtime, { provides = [], slots, jobs = 10 }: WorkerOptions) {
    this.id = dispatch.store.ownership.id;
    this.provides = [...provides].toSorted();
    this.#dispatch = dispatch;
    this.#runtime = runtime;
    this.#jobs = new RunningJobs(dispatch.store.database, dispatch.store.options.beatMs);
    this.#reaper = new Reaper(dispatch, () => this.#giveBackStranded());
    const runs = (this.#slots = slots ?? (provides.length > 0 ? 0 : 10));
    this.#dbos = new DbosProcess(dispatch, {
      most: (queue) => (queue === runsQueue ? runs : jobs),
      listens: [...(runs > 0 ? [runsQueue] : []), ...queuesOf(this.provides)],
      ticket: (id, ticket) => this.#during(id, () => this.#execute(ticket as Ticket), runsQueue),
      job: (id, job) =>
        this.#during(id, () => this.#attempt(id, job as JobEntry), (job as JobEntry).requires.join("+")),
    });
  }

  async start(): Promise<void> {
    const { queues, store, placement } = this.#dispatch;
    for (const queue of this.#dbos.listens) await queues.ensure(queue);
    store.notes.on("jobs", () => this.#jobs.look());
    store.notes.on("queue", (queue) => this.#dbos.pollSoon(queue));
    placement.provide(this.provides, (queue) => this.#dbos.isLimited(queue));
    await store.ownership.serve({ provides: this.provides, slots: this.#slots });
    await this.#dbos.start();
    this.#reaper.start();
  }

  async drain(ms: number): Promise<void> {
    this.#isDraining = true;
    this.#dbos.takeNothing();
    this.#reaper.stop();
    await Promise.all([this.#runtime.use(RunHost).drain(ms), this.#jobs.whenEnded(ms)]);
    await this.#dbos.stop();
    // What is still taken now has not begun, or did not end in time. Without the store it is found when the lease has ended.
    const { database } = this.#dispatch.store;
    await takeBack(this.#dispatch, database, this.id, left)
      .then((rows) => noteOutcomes(database, rows))
      .catch(() => {});
    await this.#dispatch.store.ownership.retire().catch(() => {});
  }

  /** While it is draining, what was taken goes back. */
  async #during(id: string, work: () => Promise<void>, queue: string): Promise<void> {
    if (this.#isDraining) return this.#giveBack(id, queue);
    this.#executing.add(id);
    try {
      await work();
    } finally {
      this.#executing.delete(id);
    }
  }

  /** A ticket: the process that opens the run goes on with it, and it has ended for this worker when it is released. */
  async #execute({ tenant, runId }: Ticket): Promise<void> {
    const { runs } = this.#runtime.use(Tenants).of(tenant);
    try {
      await runs.resume(runId, { staySeconds });
    } catch (error) {
      const code = IceError.is(error) ? error.code : "";
      if (code === "ICE_RUN_NOT_FOUND") return;
      if (!goesOn.has(code)) {
        // Another worker may have what this one lacks, or the store may be repaired.
        await this.#patiently(() => new PostgresDispatcher(this.#dispatch, tenant).handOn(runId, { delayMs: lackMs }));
        return;
      }
    }
    await this.#patiently(() => continueLater(this.#dispatch, tenant, runId));
  }

  async #attempt(id: string, entry: JobEntry): Promise<void> {
    const { database } = this.#dispatch.store;
    const runner = this.#runtime.use(JobRunner);
    const outcome = await this.#jobs.track(id, async (signal) => {
      let stored: StoredJob | undefined;
      await this.#patiently(async () => {
        // In this order: it is kept until there is an outcome.
        const read = await readJob(database, entry);
        stored = (await this.#jobs.hasOutcome(id)) ? undefined : read;
      });
      if (stored === undefined) return undefined;
      try {
        const job = { ...decodeJob(stored, database.url), tenant: entry.tenant };
        return await runner.run(job, signal, (step) =>
          this.#patiently(() => putStep(database, { job: id, row: entry.row, step })),
        );
      } catch (error) {
        const cause = IceError.is(error) ? error : new IceError("ICE_INTERNAL", "The node failed.", { cause: error });
        return { error: cause, usage: {} };
      }
    });
    if (outcome === undefined) return;
    const { row } = entry;
    await this.#patiently(() => putOutcome(database, { job: id, row, body: encodeOutcome(outcome) }));
    await noteOutcomes(database, [row]);
  }

  async #giveBack(id: string, queue: string): Promise<never> {
    await this.#dispatch.queues.giveBack([id], queue).catch(() => {}); // it is tried again at the end
    // It belongs to another worker now: nothing is recorded about its end.
    return new Promise<never>(() => {});
  }

  /** A connection that was lost between the claim of an entry and its execution leaves it taken by a worker that lives on. */
  async #giveBackStranded(): Promise<void> {
    const { queues, store } = this.#dispatch;
    const taken = await queues.takenBy(store.database, this.id);
    const stranded = taken.filter(({ id }) => !this.#executing.has(id));
    for (const { id, queue } of stranded) if (this.#stranded.has(id)) await queues.giveBack([id], queue);
    this.#stranded = new Set(stranded.map(({ id }) => id));
  }

  /** Until the store is there again: what this worker leaves undone would wait for a sweep. */
  async #patiently(work: () => Promise<unknown>): Promise<void> {
    for (let ms = 100; ; ms = Math.min(5000, ms * 2)) {
      try {
        await work();
        return;
      } catch (error) {
        if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return;
        // It stays taken, so another worker does it.
        if (this.#isDraining && ms > 1000) await new Promise<never>(() => {});
        await delay(ms);
      }
    }
  }
}

/** The run belongs to another process, or its owner is found out below. */
const goesOn: ReadonlySet<string> = new Set([
  "ICE_STORE_OWNED",
  "ICE_STORE_FENCED",
  "ICE_STORE_UNAVAILABLE",
  "ICE_ORCHESTRATOR_CLOSED",
]);
