import type { Execution, LaneOutcome, Refusal } from "../lane/execution.ts";
import { PoolWorker, type AnswerCall, type Job, type WorkerParts } from "./pool-worker.ts";

export interface PoolOptions {
  readonly parts: WorkerParts;
  /** Makes what workers need to run executions; called once, at the first execution, while the first thread starts. */
  readonly load: () => Promise<unknown>;
  /** Most worker threads. */
  readonly workers: number;
  /** Executions that wait for a worker; one more is refused. */
  readonly queue: number;
  /** Epoch milliseconds; the workers read the same clock. */
  readonly now: () => number;
}

export interface PoolRequest {
  readonly execution: Execution;
  readonly signal: AbortSignal | undefined;
  readonly onCall: AnswerCall;
}

/** What became of an execution; one that never got an outcome of its own lane has only a kind. */
export type PoolOutcome = LaneOutcome | ({ readonly ok: false; readonly runMs?: number } & Refusal);

/** How often turns are compared with their time, in milliseconds. */
const watchEveryMs = 25;

/**
 * Worker threads that run executions. They are started when they are needed and kept. Fuel ends a guest; time is the
 * backstop: a worker whose turn lasts too long is ended, another takes its place, and its other executions start again, unless
 * they have called the host already.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<PoolWorker>();
  readonly #queue: Job[] = [];
  #engine: Promise<unknown> | undefined;
  #watch: NodeJS.Timeout | undefined;
  #jobs = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Number of worker threads right now. */
  get size(): number {
    return this.#workers.size;
  }

  async run({ execution, signal, onCall }: PoolRequest): Promise<PoolOutcome> {
    if (this.#closed) return { ok: false, kind: "cancelled", message: "The sandbox is closed." };
    if (signal?.aborted) return cancelled;
    if (this.#queue.length >= this.#options.queue)
      return {
        ok: false,
        kind: "denied",
        message: `More than ${this.#options.queue} executions wait for the sandbox.`,
      };
    return new Promise((resolve, reject) => {
      this.#jobs += 1;
      const job: Job = {
        number: this.#jobs,
        execution,
        onCall,
        calledHost: false,
        refused: false,
        starts: 0,
        answers: 0,
        done: false,
        finish: (outcome) => {
          if (job.done) return;
          job.done = true;
          signal?.removeEventListener("abort", abort);
          resolve(outcome);
        },
        fail: (error) => {
          job.done = true;
          signal?.removeEventListener("abort", abort);
          reject(error);
        },
      };
      const abort = (): void => {
        job.finish(cancelled);
        for (const worker of this.#workers) worker.cancel(job);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#queue.push(job);
      this.#serve();
    });
  }

  /** Ends all workers; what runs is cancelled. Calling it twice is harmless. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const job of this.#queue.splice(0)) job.finish(cancelled);
    const workers = [...this.#workers];
    this.#workers.clear();
    await Promise.all(
      workers.map((worker) => {
        for (const job of worker.jobs) job.finish(cancelled);
        return worker.end();
      }),
    );
  }

  #serve(): void {
    if (this.#closed) return;
    while (this.#queue.length > 0) {
      if (this.#queue[0]!.done) {
        this.#queue.shift();
        continue;
      }
      const worker = this.#workerFor();
      if (worker === undefined) break;
      worker.start(this.#queue.shift()!);
    }
    this.#keepWatch();
  }

  /** The worker with the least to do, or a new one when all have something to do. */
  #workerFor(): PoolWorker | undefined {
    let least: PoolWorker | undefined;
    for (const worker of this.#workers)
      if (worker.hasRoom && (least === undefined || worker.running < least.running)) least = worker;
    if ((least === undefined || least.running > 0) && this.#workers.size < this.#options.workers)
      return this.#startWorker();
    return least;
  }

  #startWorker(): PoolWorker {
    const worker = new PoolWorker(this.#options.parts, {
      onRoom: () => this.#serve(),
      onDeath: (culprit, kind, reason) => this.#replace(worker, culprit, { kind, reason }),
    });
    this.#workers.add(worker);
    this.#engine ??= this.#options.load();
    this.#engine.then(
      (engine) => worker.give(engine),
      (error: Error) => this.#breakDown(worker, error),
    );
    return worker;
  }

  /** There is no engine. The failure is not kept: the next execution tries again. */
  #breakDown(worker: PoolWorker, error: Error): void {
    this.#engine = undefined;
    this.#workers.delete(worker);
    void worker.end();
    for (const job of [...worker.jobs, ...this.#queue.splice(0)]) job.fail(error);
    this.#keepWatch();
  }

  /** A worker is gone. Its innocent executions start again in front of the queue. */
  #replace(worker: PoolWorker, culprit: number, death: Death): void {
    if (!this.#workers.delete(worker)) return;
    const again: Job[] = [];
    for (const job of worker.jobs) {
      if (job.number === culprit) job.finish(endOf(job, death));
      else if (job.calledHost || job.starts >= mostStarts) job.finish(bystander);
      else again.push(job);
    }
    this.#queue.unshift(...again);
    this.#serve();
  }

  #keepWatch(): void {
    const busy = [...this.#workers].some((worker) => worker.jobs.length > 0);
    if (!busy) {
      clearInterval(this.#watch);
      this.#watch = undefined;
      return;
    }
    this.#watch ??= setInterval(() => {
      for (const worker of this.#workers) {
        const late = worker.lateJob(this.#options.now());
        if (late === undefined) continue;
        void worker.end();
        this.#replace(worker, late, { kind: "timeout", reason: "" });
      }
    }, watchEveryMs).unref();
  }
}

const cancelled = { ok: false, kind: "cancelled", message: "The execution was cancelled." } as const;

/** How a worker ended. */
interface Death {
  readonly kind: "memory" | "timeout" | "guest";
  readonly reason: string;
}

/** An execution that lost its worker through another one starts again, so often at most. */
const mostStarts = 3;

const bystander = {
  ok: false,
  kind: "timeout",
  message: "Another execution brought down the worker of this one, which could not start again.",
} as const;

function endOf({ execution }: Job, { kind, reason }: Death): PoolOutcome {
  const { wallMs } = execution.limits;
  const words = {
    timeout: `The code ran longer than ${wallMs} ms (limits.wallMs).`,
    memory: "The code made its worker run out of memory.",
    guest: `The code made its worker break down: ${reason}`,
  };
  return { ok: false, kind, message: words[kind], ...(kind === "timeout" ? { runMs: wallMs } : {}) };
}
