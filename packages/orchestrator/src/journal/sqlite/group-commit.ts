import { IceError } from "@ice/core";
import type { Database } from "./database.ts";
import { patiently, type Patience } from "./patience.ts";

/** A piece of work that shares its transaction with others. */
export interface Job {
  /** Called in the transaction, and again when that was locked out. May refuse with an IceError before it has written anything. */
  write(): void;
  /** Called once: without an error when everything is durable. Does not throw. */
  settle(error?: IceError): void;
}

/**
 * Commits everything that was added in one turn of the event loop in one transaction: many runs pay for one `fsync`. A job that
 * refuses is left out; a transaction that fails settles all its jobs with the error. Transactions keep the order of the turns.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #patience: Patience;
  #jobs: Job[] = [];
  #flushing: Promise<void> | undefined;

  constructor(database: Database, patience: Patience) {
    this.#database = database;
    this.#patience = patience;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    this.#flushing ??= new Promise((resolve) => {
      setImmediate(() => void this.#flush().finally(resolve));
    });
  }

  /** Does `work` in the transaction of this turn; a refusal of it is thrown here. */
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

  /** Resolves when nothing waits to be committed. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs;
      this.#jobs = [];
      await this.#commit(jobs);
    }
    this.#flushing = undefined;
  }

  async #commit(jobs: readonly Job[]): Promise<void> {
    try {
      const refusals = await patiently(() => this.#database.transact(() => writeAll(jobs)), this.#patience);
      for (const job of jobs) job.settle(refusals.get(job));
    } catch (error) {
      for (const job of jobs) job.settle(error as IceError);
    }
  }
}

/** @returns why jobs were left out. */
function writeAll(jobs: readonly Job[]): ReadonlyMap<Job, IceError> {
  const refusals = new Map<Job, IceError>();
  for (const job of jobs)
    try {
      job.write();
    } catch (error) {
      if (!IceError.is(error)) throw error;
      refusals.set(job, error);
    }
  return refusals;
}
