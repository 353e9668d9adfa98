import type { Execution } from "../lane/execution.ts";
import { FairQueue } from "./fair-queue.ts";
import { HostCalls } from "./host-calls.ts";
import type { PoolOutcome } from "./pool-outcome.ts";
import { PoolWorker, type AnswerCall, type Job, type WorkerParts } from "./pool-worker.ts";

export interface PoolOptions {
  readonly parts: WorkerParts;
  /** Makes what workers need to run executions; called once, at the first execution, while the first thread starts. */
  readonly load: () => Promise<unknown>;
  /** Worker threads that run at once; twice as many when several runs have executions. */
  readonly workers: number;
  /** Executions of one run that wait for a worker; one more is refused. In all, ten times as many may wait. */
  readonly queue: number;
  /** Epoch milliseconds; the workers read the same clock. */
  readonly now: () => number;
}

export interface PoolRequest {
  /** Id of the run: waiting runs are served in turn. */
  readonly run: string;
  readonly execution: Execution;
  readonly signal: AbortSignal | undefined;
  readonly onCall: AnswerCall;
}

/** How often turns are compared with their time, in milliseconds. */
const watchEveryMs = 25;
/**
 * Threads for each that may run at once: what a thread takes along when it is ended is to be of one run, so executions that wait
 * for the host keep a thread from other runs, and a run that occupies none gets one of its own.
 */
const threadsPerWorker = 2;
/** Executions of all runs that may wait, for each that one run may have waiting. */
const runsWithFullQueues = 10;

/**
 * Worker threads that run executions. They are started when they are needed and kept. What waits is served run by run, and a
 * thread has executions of one run at a time, as long as there are threads enough: then no run delays another one, or takes
 * executions of it along when a thread is ended; else it delays it by one execution. Fuel ends a guest; time is the backstop: a worker
 * whose turn lasts too long, or was cancelled, is ended, another takes its place, and its other executions start again, unless
 * they have called the host already.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<PoolWorker>();
  readonly #queue: FairQueue<Job>;
  #engine: Promise<unknown> | undefined;
  #watch: NodeJS.Timeout | undefined;
  #jobs = 0;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#queue = new FairQueue({ maxPerKey: options.queue, maxInAll: runsWithFullQueues * options.queue });
  }

  /** Number of worker threads right now. */
  get size(): number {
    return this.#workers.size;
  }

  async run(request: PoolRequest): Promise<PoolOutcome> {
    const { run, signal } = request;
    if (this.#closed) return { ok: false, kind: "cancelled", message: "The sandbox is closed." };
    if (signal?.aborted) return cancelled;
    const full = this.#queue.fullFor(run);
    if (full !== undefined) return queueFull(full, this.#options.queue);
    return new Promise((resolve, reject) => {
      const job = this.#newJob(request, () => signal?.removeEventListener("abort", abort), { resolve, reject });
      const abort = (): void => {
        job.finish(cancelled);
        if (this.#queue.remove(run, job)) return;
        for (const worker of this.#workers) worker.cancel(job, this.#options.now());
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#queue.add(run, job);
      this.#serve();
    });
  }

  #newJob(
    { run, execution, onCall }: PoolRequest,
    onEnd: () => void,
    { resolve, reject }: { resolve: (outcome: PoolOutcome) => void; reject: (error: Error) => void },
  ): Job {
    this.#jobs += 1;
    const end = (): boolean => {
      if (job.done) return false;
      job.done = true;
      onEnd();
      return true;
    };
    const job: Job = {
      number: this.#jobs,
      run,
      execution,
      onCall,
      calledHost: false,
      refused: false,
      starts: 0,
      calls: new HostCalls(),
      done: false,
      finish: (outcome) => {
        if (end()) resolve(outcome);
      },
      fail: (error) => {
        if (end()) reject(error);
      },
    };
    return job;
  }

  /** Ends all workers; what runs is cancelled. Further calls have no effect. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    for (const job of this.#queue.drain()) job.finish(cancelled);
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
    for (;;) {
      const run = this.#queue.next((waiting) => this.#runningOf(waiting));
      const worker = run === undefined ? undefined : this.#workerFor(run);
      if (run === undefined || worker === undefined) break;
      worker.start(this.#queue.take(run)!); // not empty
    }
    this.#keepWatch();
  }

  /** Executions of a run that occupy a worker. At most as many runs as there are such executions have any. */
  #runningOf(run: string): number {
    let running = 0;
    for (const worker of this.#workers) running += worker.runningOf(run);
    return running;
  }

  /** The worker of the run with the least to do, or a new one when all have something to do. */
  #workerFor(run: string): PoolWorker | undefined {
    const now = this.#options.now();
    let [least, idle]: (PoolWorker | undefined)[] = [];
    let busy = 0;
    for (const worker of this.#workers) {
      if (worker.running > 0) busy += 1;
      if (!worker.hasRoom(now)) continue;
      if (worker.serves(run) && (least === undefined || worker.running < least.running)) least = worker;
      if (worker.running === 0) idle = worker;
    }
    if (least?.running === 0) return least;
    const { workers } = this.#options;
    const mayStart = busy < workers || (least === undefined && this.#runningOf(run) === 0);
    if (mayStart && this.#workers.size < threadsPerWorker * workers) return this.#startWorker();
    return least ?? (busy < workers ? idle : undefined);
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
    for (const job of [...worker.jobs, ...this.#queue.drain()]) job.fail(error);
    this.#keepWatch();
  }

  /** A worker is gone. Its innocent executions start again, in front of the queues of their runs. */
  #replace(worker: PoolWorker, culprit: number, death: Death): void {
    if (!this.#workers.delete(worker)) return;
    const guilty = worker.jobs.find((job) => job.number === culprit);
    const again = worker.takeBack().filter((job) => !job.done);
    for (const job of worker.jobs) {
      if (job === guilty) job.finish(endOf(job, death));
      else if (job.calledHost || job.starts >= maxStarts) job.finish(bystander);
      else if (!job.done) again.push(job);
    }
    this.#putBack(again, guilty?.run);
    this.#serve();
  }

  /** @param slow - the run that held them up: it has had its turn, the others have lost theirs. */
  #putBack(jobs: readonly Job[], slow: string | undefined): void {
    const byRun = Map.groupBy(
      jobs.toSorted((one, other) => one.number - other.number),
      ({ run }) => run,
    );
    for (const [run, again] of byRun) this.#queue.putBack(run, again, { next: run !== slow });
  }

  /** What waits behind a long turn goes to the worker that is free first. */
  #takeBackHeldUp(): void {
    for (const worker of this.#workers) {
      const { jobs, heldUpBy } = worker.takeBackHeldUp(this.#options.now());
      this.#putBack(jobs, heldUpBy?.run);
    }
  }

  /** Ends threads without executions that were started because of several runs. */
  #retire(): void {
    for (const worker of this.#workers) {
      if (this.#workers.size <= this.#options.workers) return;
      if (worker.jobs.length > 0) continue;
      this.#workers.delete(worker);
      void worker.end();
    }
  }

  #keepWatch(): void {
    const busy = [...this.#workers].some((worker) => worker.jobs.length > 0);
    if (!busy) {
      this.#retire();
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
      this.#takeBackHeldUp();
      this.#retire();
      this.#serve();
    }, watchEveryMs).unref();
  }
}

const cancelled = { ok: false, kind: "cancelled", message: "The execution was cancelled." } as const;

function queueFull(full: "key" | "all", most: number): PoolOutcome {
  const message =
    full === "key"
      ? `More than ${most} executions of this run wait for the sandbox.`
      : `More than ${runsWithFullQueues * most} executions of all runs wait for the sandbox.`;
  return {
    ok: false,
    kind: "denied",
    message,
    fix: "start fewer at once (`maxConcurrency`), or raise `sandbox.queue`",
  };
}

/** How a worker ended. */
interface Death {
  readonly kind: "memory" | "timeout" | "guest";
  readonly reason: string;
}

/** An execution that lost its worker through another one starts again, so often at most. */
const maxStarts = 3;

const bystander = {
  ok: false,
  kind: "timeout",
  message: "Another execution crashed the worker of this one, which could not be started again.",
} as const;

function endOf({ execution }: Job, { kind, reason }: Death): PoolOutcome {
  const { wallMs } = execution.limits;
  const words = {
    timeout: `The code ran longer than ${wallMs} ms (limits.wallMs).`,
    memory: "The code made its worker run out of memory.",
    guest: `The code crashed its worker: ${reason}`,
  };
  return { ok: false, kind, message: words[kind], ...(kind === "timeout" ? { runMs: wallMs } : {}) };
}
