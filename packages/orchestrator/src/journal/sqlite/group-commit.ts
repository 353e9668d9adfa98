import { IceError } from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { retryWhileBusy, type BusyRetryOptions } from "./retry-while-busy.ts";

/** A piece of work that shares its transaction with others. */
export interface Job {
  /** Called in the transaction, and again if that was locked out. May throw an IceError before it has written anything. */
  write(): void;
  /** Called once: without an error when everything is durable. Does not throw. */
  settle(error?: IceError): void;
}

/**
 * Commits everything that was added in one turn of the event loop in one transaction, so that many runs share one `fsync`. A job
 * that throws is left out; a transaction that fails settles all its jobs with the error. Transactions keep the order of the
 * turns. Jobs that do not fit into the time slice are left to the next transaction.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #busyRetry: BusyRetryOptions;
  readonly #timeSlice: TimeSlice;
  #jobs: Job[] = [];
  #flushing: Promise<void> | undefined;

  constructor(database: Database, busyRetry: BusyRetryOptions, timeSlice: TimeSlice) {
    this.#database = database;
    this.#busyRetry = busyRetry;
    this.#timeSlice = timeSlice;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    this.#flushing ??= new Promise((resolve) => {
      setImmediate(() => void this.#flush().finally(resolve));
    });
  }

  /** Does `work` in the transaction of this turn, and throws what it throws. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let result: T;
      this.add({
        write: () => {
          result = work();
        },
        settle: (error) => (error === undefined ? resolve(result) : reject(error)),
      });
    });
  }

  /** Resolves when no job is waiting. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs;
      this.#jobs = [];
      for (let done = 0; done < jobs.length;) {
        if (done > 0) await this.#timeSlice.next();
        done += await this.#commit(jobs.slice(done));
      }
      if (this.#jobs.length > 0 && this.#timeSlice.isOver()) await this.#timeSlice.next();
    }
    this.#flushing = undefined;
  }

  /**
   * Runs one transaction.
   *
   * @returns the number of its jobs.
   */
  async #commit(jobs: readonly Job[]): Promise<number> {
    try {
      const { written, refusals } = await retryWhileBusy(
        () => this.#database.transact(() => writeInSlice(jobs, this.#timeSlice)),
        this.#busyRetry,
      );
      for (const job of jobs.slice(0, written)) job.settle(refusals.get(job));
      return written;
    } catch (error) {
      for (const job of jobs) job.settle(error as IceError);
      return jobs.length;
    }
  }
}

/**
 * Runs jobs until the time slice is over, at least one.
 *
 * @returns how many, and the errors of those that were left out.
 */
function writeInSlice(
  jobs: readonly Job[],
  timeSlice: TimeSlice,
): { readonly written: number; readonly refusals: ReadonlyMap<Job, IceError> } {
  const refusals = new Map<Job, IceError>();
  let written = 0;
  for (const job of jobs) {
    try {
      job.write();
    } catch (error) {
      if (!IceError.is(error)) throw error;
      refusals.set(job, error);
    }
    written += 1;
    if (timeSlice.isOver()) break;
  }
  return { written, refusals };
}
