import { RunHost, type Runtime } from "@ice/core";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { decodeJob, readJob, type JobEntry } from "../dispatch/job-entry.ts";
import { left } from "../dispatch/job-outcome.ts";
import { noteOutcomes, putOutcome, putStep } from "../dispatch/placed-jobs.ts";
import { runsQueue } from "../dispatch/ticket.ts";
import { endedJobs } from "../dispatch/written-outcomes.ts";
import { continueLater } from "./continue-later.ts";
import { DbosProcess } from "./dbos-process.ts";
import { queuesOf } from "./provided-queues.ts";
import { Reaper } from "./reaper.ts";
import { RunningJobs } from "./running-jobs.ts";
import { takeBack } from "./take-back.ts";
import { TakenWork, type Ticket } from "./taken-work.ts";
import type { Worker, WorkerOptions } from "./worker.ts";

export class PostgresWorker implements Worker {
  readonly id: string;
  readonly provides: readonly string[];
  readonly #dispatch: Dispatch;
  readonly #runtime: Runtime;
  readonly #dbos: DbosProcess;
  readonly #reaper: Reaper;
  readonly #jobs: RunningJobs;
  readonly #work: TakenWork<JobEntry>;
  readonly #slots: number;

  constructor(dispatch: Dispatch, runtime: Runtime, { provides = [], slots, jobs = 10 }: WorkerOptions) {
    const { store, queues } = dispatch;
    this.id = store.ownership.id;
    this.provides = [...provides].toSorted();
    this.#dispatch = dispatch;
    this.#runtime = runtime;
    this.#jobs = new RunningJobs((ids) => endedJobs(store.database, ids), store.options.beatMs);
    this.#work = new TakenWork(runtime, this.#jobs, {
      handOn: ({ tenant, runId }, delayMs) => new PostgresDispatcher(dispatch, tenant).handOn(runId, { delayMs }),
      continueLater: ({ tenant, runId }) => continueLater(dispatch, tenant, runId),
      readJob: async (entry) => decodeJob(await readJob(store.database, entry), store.database.url),
      putStep: (step) => putStep(store.database, step),
      putOutcome: async (outcome) => {
        await putOutcome(store.database, outcome);
        await noteOutcomes(store.database, [outcome.row]);
      },
      giveBack: (id, queue) => queues.giveBack([id], queue),
    });
    this.#reaper = new Reaper(dispatch, async () =>
      this.#work.giveBackStranded(await queues.takenBy(store.database, this.id)),
    );
    const runs = (this.#slots = slots ?? (provides.length > 0 ? 0 : 10));
    this.#dbos = new DbosProcess(dispatch, {
      most: (queue) => (queue === runsQueue ? runs : jobs),
      listens: [...(runs > 0 ? [runsQueue] : []), ...queuesOf(this.provides)],
      ticket: (id, ticket) => this.#work.ticket(id, ticket as Ticket, runsQueue),
      job: (id, job) => this.#work.job(id, job as JobEntry),
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
    this.#work.drain();
    this.#dbos.takeNothing();
    this.#reaper.stop();
    await Promise.all([this.#runtime.use(RunHost).drain(ms), this.#jobs.whenEnded(ms)]);
    await this.#dbos.stop();
    // What is still taken now has not begun, or did not end in time. Without the store it is found when the lease has ended.
    await takeBack(this.#dispatch, this.id, left).catch(() => {});
    await this.#dispatch.store.ownership.retire().catch(() => {});
  }
}
