import type { IceError } from "@ice/core";
import { damaged } from "@ice/core/internal";
import { putBlobs } from "./blobs.ts";
import { commitStatement, type CommittedRun, type RunCommit } from "./commit-statement.ts";
import type { Database } from "./database.ts";
import { isTransient, toStoreError } from "./store-error.ts";

/** Records of one run that wait for their commit. */
export interface Job {
  /** Refers to the run in tables. */
  readonly run: number;
  /** Called once, when they are written. @throws IceError if they cannot be. */
  commit(): RunCommit;
  /** The error of a run that has another owner now. */
  fenced(): IceError;
  /** Called once, with what others have sent to the run, or with the reason why nothing was recorded. Does not throw. */
  settle(outcome: CommittedRun | IceError): void;
}

interface Taken {
  readonly job: Job;
  readonly commit: RunCommit;
}

/** Connections that commit at the same time. All commits of one run have one lane, so they keep their order. */
const lanes = 4;

/** Most records and characters of one statement, unless one run has more. */
const [maxRecords, maxLength] = [2000, 8 * 2 ** 20];

/**
 * Commits everything that was added in one turn of the event loop in one statement for each lane, so that many runs share one
 * `fsync`. Runs that are not written settle with an error; they do not affect others.
 */
export class CommitLanes {
  readonly #lanes: readonly Lane[];

  /** @param owner - id of the owner of the runs. */
  constructor(database: Database, owner: string) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane(database, owner));
  }

  add(job: Job): void {
    this.#lanes[job.run % lanes]!.add(job);
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.idle()));
  }
}

class Lane {
  readonly #database: Database;
  readonly #owner: string;
  #jobs: Job[] = [];
  #flushing: Promise<void> | undefined;

  constructor(database: Database, owner: string) {
    this.#database = database;
    this.#owner = owner;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    this.#flushing ??= new Promise((resolve) => {
      setImmediate(() => void this.#flush().finally(resolve));
    });
  }

  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#jobs.length > 0) {
      const taken = this.#take();
      if (taken.length > 0) await this.#write(taken);
    }
    this.#flushing = undefined;
  }

  /** The next jobs, as many as fit into one statement. */
  #take(): readonly Taken[] {
    const taken: Taken[] = [];
    let [records, length, next] = [0, 0, 0];
    for (; next < this.#jobs.length && records < maxRecords && length < maxLength; next += 1) {
      const job = this.#jobs[next]!;
      try {
        const commit = job.commit();
        taken.push({ job, commit });
        records += commit.records.length;
        for (const { body } of commit.records) length += body.length;
      } catch (error) {
        job.settle(toStoreError(error, this.#database.url));
      }
    }
    this.#jobs.splice(0, next);
    return taken;
  }

  /** @param attempt - above 0 if an earlier one may have been committed. */
  async #write(taken: readonly Taken[], attempt = 0): Promise<void> {
    const since = performance.now();
    for (; ; attempt += 1) {
      try {
        const written = await this.#commit(taken.map(({ commit }) => commit));
        await this.#settle(taken, written, attempt);
        return;
      } catch (error) {
        if (isTransient(error) && (await this.#database.wait(attempt, since))) continue;
        // One run cannot be written: the others can.
        if (taken.length > 1 && !isTransient(error)) for (const one of taken) await this.#write([one], attempt);
        else for (const { job } of taken) job.settle(toStoreError(error, this.#database.url));
        return;
      }
    }
  }

  #commit(commits: readonly RunCommit[]): Promise<readonly CommittedRun[]> {
    const { sql, values } = commitStatement(this.#owner, commits);
    const blobs = commits.flatMap(({ records }) => records.flatMap((record) => record.blobs));
    return this.#database.onLane(async (queries) => {
      if (blobs.length > 0) await putBlobs(queries, blobs);
      return queries.all<CommittedRun>(sql, ...values);
    });
  }

  async #settle(taken: readonly Taken[], written: readonly CommittedRun[], attempt: number): Promise<void> {
    const byId = new Map(written.map((run) => [run.id, run]));
    const refused = taken.filter(({ commit }) => !byId.has(commit.run));
    const found = refused.length === 0 ? new Map<number, Found>() : await this.#find(refused);
    for (const { job, commit } of taken)
      job.settle(byId.get(commit.run) ?? this.#whyNot(job, commit, found.get(commit.run), attempt));
  }

  async #find(refused: readonly Taken[]): Promise<ReadonlyMap<number, Found>> {
    const rows = await this.#database.onLane((queries) =>
      queries.all<Found>(
        "SELECT id, run_id, epoch, owner, records, signals, cancel FROM runs WHERE id = ANY ($1::bigint[])",
        refused.map(({ commit }) => commit.run),
      ),
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** An earlier attempt, whose answer was lost, may have written the records. */
  #whyNot(
    job: Job,
    { epoch, before, records }: RunCommit,
    row: Found | undefined,
    attempt: number,
  ): CommittedRun | IceError {
    if (row === undefined || row.epoch !== epoch) return job.fenced();
    if (attempt > 0 && row.records === before + records.length) return row;
    if (row.owner !== this.#owner) return job.fenced();
    return damaged(this.#database.url, `run "${row.run_id}" has ${row.records} records, but its owner wrote ${before}`);
  }
}

type Found = CommittedRun & {
  readonly run_id: string;
  readonly epoch: number;
  readonly owner: string | null;
  readonly records: number;
};
