import { RunHost, type IceError, type Runtime } from "@ice/core";
import { hideCredentials, runsQueue } from "@ice/core/internal";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";
import { decodeJob, readJob, type JobEntry } from "../dispatch/job-entry.ts";
import { left } from "../dispatch/job-outcome.ts";
import { noteOutcomes, putOutcome, putStep } from "../dispatch/placed-jobs.ts";
import { pass, systemTimers } from "../dispatch/system-timers.ts";
import { endedJobs } from "../dispatch/written-outcomes.ts";
import { markBlocked } from "../store/blocked-runs.ts";
import { BlockedNotices } from "./blocked-notices.ts";
import { continueLater } from "./continue-later.ts";
import { DbosProcess } from "./dbos-process.ts";
import { queuesOf } from "./provided-queues.ts";
import { Reaper } from "./reaper.ts";
import { RunningJobs } from "./running-jobs.ts";
import { StoreWatch } from "./store-watch.ts";
import { takeBack } from "./take-back.ts";
import { TakenWork, type Ticket } from "./taken-work.ts";
import type { WorkerNotice } from "./worker-notice.ts";
import type { Worker, WorkerOptions } from "./worker.ts";

/** How long an entry may take from its claim to its execution, once the store is back, in milliseconds. */
const strandedMs = 3000;

/** Postgres closes the connection of a message of more than 1 GiB, which looks as if it were away. */
const maxOutcomeBytes = 1_000_000_000;

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
  readonly #onNotice: (notice: WorkerNotice) => void;
  readonly #blocked = new BlockedNotices();
  readonly #watch: StoreWatch;

  constructor(
    dispatch: Dispatch,
    runtime: Runtime,
    { provides = [], slots, jobs = 10, onNotice = () => {} }: WorkerOptions,
  ) {
    const { store, queues } = dispatch;
    this.id = store.ownership.id;
    this.provides = [...provides].toSorted();
    this.#dispatch = dispatch;
    this.#runtime = runtime;
    this.#onNotice = onNotice;
    this.#jobs = new RunningJobs((ids) => endedJobs(store.database, ids), store.options.beatMs);
    this.#work = new TakenWork(runtime, this.#jobs, {
      handOn: async (ticket, delayMs, reason) => {
        const { tenant, runId } = ticket;
        this.#noticeBlocked(ticket, reason);
        await markBlocked(store.database, ticket, reason);
        await new PostgresDispatcher(dispatch, tenant).handOn(runId, { delayMs });
      },
      continueLater: ({ tenant, runId }) => continueLater(dispatch, tenant, runId),
      readJob: async (entry) => decodeJob(await readJob(store.database, entry), store.database.url),
      putStep: (step) => putStep(store.database, step),
      putOutcome: async (outcome) => {
        await putOutcome(store.database, outcome);
        await noteOutcomes(store.database, [outcome.row]);
      },
      maxOutcomeBytes,
      onLack: (job, reason) => this.#noticeBlocked(job, reason),
      giveBack: (id, queue) => queues.giveBack([id], queue),
    });
    this.#reaper = new Reaper(
      dispatch,
      () => this.#giveBackStranded(),
      (owner) => this.#notice({ type: "worker.replaced", ...owner }),
    );
    this.#watch = new StoreWatch({
      silence: () => store.ownership.silentMs,
      silentMs: Math.max(3000, 3 * store.options.beatMs),
      onAway: (awayMs) => this.#notice({ type: "store.unreachable", store: store.url, awayMs }),
      onBack: (awayMs) => {
        this.#notice({ type: "store.reached", store: store.url, awayMs });
        void this.#afterOutage().catch(() => {}); // it is away again, or a sweep does it
      },
    });
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
    this.#watch.start();
  }

  async drain(ms: number): Promise<void> {
    this.#work.drain();
    this.#dbos.takeNothing();
    this.#reaper.stop();
    this.#watch.stop();
    await Promise.all([this.#runtime.use(RunHost).drain(ms), this.#jobs.whenEnded(ms)]);
    await this.#dbos.stop();
    // What is still taken now has not begun, or did not end in time. Without the store it is found when the lease has ended.
    await takeBack(this.#dispatch, this.id, left).catch(() => {});
    await this.#dispatch.store.ownership.retire().catch(() => {});
  }

  /** What the operator does with a notice is no reason to fail. */
  #notice(notice: WorkerNotice): void {
    try {
      this.#onNotice(notice);
    } catch {}
  }

  #noticeBlocked({ tenant, runId }: Ticket, { code, message: text }: IceError): void {
    const message = hideCredentials(text);
    if (this.#blocked.add({ tenant, runId }, `${code} ${message}`))
      this.#notice({ type: "run.blocked", tenant, runId, code, message });
  }

  async #giveBackStranded(): Promise<void> {
    const { queues, store } = this.#dispatch;
    await this.#work.giveBackStranded(await queues.takenBy(store.database, this.id));
  }

  /** What was taken when the connections were lost, and was not begun, does not wait for two sweeps. */
  async #afterOutage(): Promise<void> {
    await this.#giveBackStranded();
    await pass(systemTimers, strandedMs);
    await this.#giveBackStranded();
  }
}
