import {
  IceError,
  JobRunner,
  messageOf,
  Tenants,
  type PlacedJob,
  type PlacedOutcome,
  type PlacedStep,
  type Runtime,
} from "@ice/core";
import type { JobKey } from "../dispatch/job-entry.ts";
import { encodeOutcome } from "../dispatch/job-outcome.ts";
import { pass, systemTimers, type Timers } from "../dispatch/system-timers.ts";
import type { RunningJobs } from "./running-jobs.ts";

/** A run that this worker cannot go on with is offered to others after this time. */
const lackMs = 30_000;
/** How long a run stays for the next time that a `wait` node waits for. */
const staySeconds = 5;
/** Time until the next try while the store is away, in milliseconds; doubled up to the last. */
const [firstPauseMs, lastPauseMs] = [100, 5000];

/** One of the workers is to go on with a run. */
export interface Ticket {
  readonly tenant: string;
  readonly runId: string;
}

/** An attempt of a node, as it stands in a queue. */
export interface TakenJob extends Pick<PlacedJob, "requires"> {
  readonly tenant: string;
  /** The number of its run in the store. */
  readonly row: number;
}

/** The queues and the store, as a worker needs them for what it has taken. They may be away: then they throw. */
export interface WorkPlace<Job extends TakenJob> {
  /** Puts the run into the queue, for later. @param reason - why this worker cannot go on with it. */
  readonly handOn: (ticket: Ticket, delayMs: number, reason: IceError) => Promise<unknown>;
  /** Sees to it that a run goes on that was released here. */
  readonly continueLater: (ticket: Ticket) => Promise<void>;
  /** Reads what a job needs, which is kept until there is an outcome. */
  readonly readJob: (job: Job) => Promise<PlacedJob>;
  /** Writes a step of a job, unless it has an outcome or its run is gone. */
  readonly putStep: (step: JobKey & { readonly step: PlacedStep }) => Promise<unknown>;
  /** Writes the outcome of a job, unless it has one or its run is gone, and notes who waits for it. */
  readonly putOutcome: (outcome: JobKey & { readonly body: string }) => Promise<unknown>;
  /** The longest body of an outcome, in bytes. */
  readonly maxOutcomeBytes: number;
  /** This worker lacks something that the workflow of a job needs: another one gets it. */
  readonly onLack: (job: Pick<PlacedJob, "runId"> & Pick<TakenJob, "tenant">, reason: IceError) => void;
  /** Lets another worker take an entry. */
  readonly giveBack: (id: string, queue: string) => Promise<unknown>;
}

/** Executes what a worker has taken from queues, whatever keeps them. */
export class TakenWork<Job extends TakenJob> {
  readonly #runtime: Runtime;
  readonly #jobs: RunningJobs;
  readonly #place: WorkPlace<Job>;
  readonly #timers: Timers;
  /** Entries whose functions have been called and have not returned. */
  readonly #executing = new Set<string>();
  /** Entries that were taken and not executed at the last look. */
  #stranded: ReadonlySet<string> = new Set();
  #isDraining = false;

  constructor(runtime: Runtime, jobs: RunningJobs, place: WorkPlace<Job>, timers: Timers = systemTimers) {
    this.#runtime = runtime;
    this.#jobs = jobs;
    this.#place = place;
    this.#timers = timers;
  }

  /** From now on, what is taken goes back. */
  drain(): void {
    this.#isDraining = true;
  }

  /** A ticket: the process that opens the run goes on with it, and it has ended for this worker when it is released. */
  ticket(id: string, ticket: Ticket, queue: string): Promise<void> {
    return this.#during(id, queue, () => this.#execute(ticket));
  }

  /** One attempt of a node, for the owner of a run. */
  job(id: string, job: Job): Promise<void> {
    return this.#during(id, job.requires.join("+"), () => this.#attempt(id, job));
  }

  /**
   * A connection that was lost between the claim of an entry and its execution leaves it taken by a worker that lives on. What was so at
   * the last look, too, goes back.
   *
   * @param taken - what this worker has taken and not ended.
   */
  async giveBackStranded(taken: readonly { readonly id: string; readonly queue: string }[]): Promise<void> {
    const stranded = taken.filter(({ id }) => !this.#executing.has(id));
    for (const { id, queue } of stranded) if (this.#stranded.has(id)) await this.#place.giveBack(id, queue);
    this.#stranded = new Set(stranded.map(({ id }) => id));
  }

  async #during(id: string, queue: string, work: () => Promise<void>): Promise<void> {
    if (this.#isDraining) return this.#giveBack(id, queue);
    this.#executing.add(id);
    try {
      await work();
    } finally {
      this.#executing.delete(id);
    }
  }

  async #execute(ticket: Ticket): Promise<void> {
    const { tenant, runId } = ticket;
    const { runs } = this.#runtime.use(Tenants).of(tenant);
    try {
      await runs.resume(runId, { staySeconds });
    } catch (error) {
      const reason = IceError.is(error) ? error : new IceError("ICE_INTERNAL", messageOf(error), { cause: error });
      if (reason.code === "ICE_RUN_NOT_FOUND") return;
      if (!goesOn.has(reason.code)) {
        // Another worker may have what this one lacks, or the store may be repaired.
        await this.#patiently(() => this.#place.handOn(ticket, lackMs, reason));
        return;
      }
    }
    await this.#patiently(() => this.#place.continueLater(ticket));
  }

  async #attempt(id: string, job: Job): Promise<void> {
    const outcome = await this.#jobs.track(id, (signal) => this.#outcomeOf(id, job, signal));
    if (outcome === undefined) return;
    const put = (one: PlacedOutcome): Promise<unknown> =>
      this.#place.putOutcome({ job: id, row: job.row, body: this.#bodyOf(one) });
    try {
      await this.#patiently(() => put(outcome), isFinal);
    } catch (cause) {
      // Without any outcome its run would wait without end.
      const usage = "usage" in outcome ? outcome.usage : {};
      await this.#patiently(() => put({ error: unwritable(cause), usage }));
    }
  }

  #bodyOf(outcome: PlacedOutcome): string {
    const { maxOutcomeBytes: most } = this.#place;
    const body = encodeOutcome(outcome);
    if (body.length > most / 3 && Buffer.byteLength(body) > most)
      throw new RangeError(`It has more than ${most} bytes.`);
    return body;
  }

  /**
   * What the node returns, or why it cannot be executed here: that the store is away is no reason. Undefined if the job has an outcome
   * already.
   */
  async #outcomeOf(id: string, taken: Job, signal: AbortSignal): Promise<PlacedOutcome | undefined> {
    const { row, tenant } = taken;
    const keep = (step: PlacedStep): Promise<void> =>
      this.#patiently(() => this.#place.putStep({ job: id, row, step }), isFinal);
    for (let ms = firstPauseMs; ; ms = Math.min(lastPauseMs, ms * 2)) {
      try {
        if (await this.#jobs.isOver(id)) return undefined;
        const job = await this.#place.readJob(taken);
        return await this.#runJob({ ...job, tenant }, signal, keep);
      } catch (error) {
        const cause = IceError.is(error) ? error : new IceError("ICE_INTERNAL", "The node failed.", { cause: error });
        if (cause.code !== "ICE_STORE_UNAVAILABLE" || signal.aborted) return { error: cause, usage: {} };
        await pass(this.#timers, ms, signal);
      }
    }
  }

  async #runJob(...[job, ...more]: Parameters<JobRunner["run"]>): Promise<PlacedOutcome> {
    try {
      return await this.#runtime.use(JobRunner).run(job, ...more);
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_BLUEPRINT_INVALID") throw error;
      this.#place.onLack(job, error);
      return { lost: true, left: true };
    }
  }

  async #giveBack(id: string, queue: string): Promise<never> {
    await this.#place.giveBack(id, queue).catch(() => {}); // it is tried again at the end
    // It belongs to another worker now: nothing is recorded about its end.
    return new Promise<never>(() => {});
  }

  /**
   * Until the store is there again: what this worker leaves undone would wait for a sweep.
   *
   * @param isThrown - whether an error ends it. Default: none does.
   */
  async #patiently(work: () => Promise<unknown>, isThrown?: (error: unknown) => boolean): Promise<void> {
    for (let ms = firstPauseMs; ; ms = Math.min(lastPauseMs, ms * 2)) {
      try {
        await work();
        return;
      } catch (error) {
        if (IceError.is(error) && error.code === "ICE_RUN_NOT_FOUND") return;
        if (isThrown?.(error) === true) throw error;
        // It stays taken, so another worker does it.
        if (this.#isDraining && ms > 1000) await new Promise<never>(() => {});
        await pass(this.#timers, ms);
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

/** The store will not take the same at another time either: it is refused by a rule of the store, or cannot even be made a text. */
const isFinal = (error: unknown): boolean =>
  !IceError.is(error) || error.code === "ICE_STORE_CORRUPT" || error.code === "ICE_INTERNAL";

const unwritable = (cause: unknown): IceError =>
  new IceError("ICE_INTERNAL", `The outcome of the node cannot be written: ${messageOf(cause)}`, { cause });
