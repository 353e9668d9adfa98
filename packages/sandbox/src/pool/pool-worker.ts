import { Worker } from "node:worker_threads";
import type { Execution, GuestAnswer, GuestCall, Refusal } from "../lane/execution.ts";
import type { FromWorker, ToWorker, WorkerBasics } from "./messages.ts";
import type { PoolOutcome } from "./worker-pool.ts";

/** What every worker is made from. */
export interface WorkerParts {
  /** File that it runs. */
  readonly entry: URL;
  readonly lanes: number;
  /** What else the file needs, as `workerData`. */
  readonly setup: object;
}

/** Answers a request of the guest, or ends the execution. Never rejects. */
export type AnswerCall = (call: GuestCall) => Promise<GuestAnswer | Refusal>;

/** One execution on its way through the pool. */
export interface Job {
  readonly number: number;
  readonly execution: Execution;
  readonly onCall: AnswerCall;
  /** Whether it asked the host for something: then it must not start again by itself. */
  calledHost: boolean;
  /** Whether the host ends it: nothing that it still asks for matters. */
  refused: boolean;
  /** How often it was given to a worker. */
  starts: number;
  /** Answers sent to the worker that has it. */
  answers: number;
  done: boolean;
  /** Only the first call of this or `fail` counts. */
  readonly finish: (outcome: PoolOutcome) => void;
  /** The sandbox itself does not work. */
  readonly fail: (error: Error) => void;
}

export interface PoolWorkerHooks {
  /** Something ended or waits: there may be room. */
  readonly onRoom: () => void;
  /** The thread is gone. @param culprit - number of the job whose turn it was, or 0. */
  readonly onDeath: (culprit: number, kind: "memory" | "guest", reason: string) => void;
}

/** Executions that a worker has at hand besides the one that runs: enough that it never waits for the next one. */
const mostRunning = 4;
/**
 * Memory of the thread's own JavaScript: lanes live outside it. The stack is so large that the guest's own, of which every
 * call takes the same share each time, is used up first: how much a call takes of this one depends on how the engine has
 * compiled it by then.
 */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 16 };

/** A worker thread as the pool sees it. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #watch = new BigInt64Array(new SharedArrayBuffer(16));
  readonly #jobs = new Map<number, Job>();
  readonly #waiting = new Set<number>();
  readonly #mostJobs: number;
  readonly #hooks: PoolWorkerHooks;
  #ended = false;

  constructor(parts: WorkerParts, hooks: PoolWorkerHooks) {
    this.#hooks = hooks;
    this.#mostJobs = parts.lanes;
    const { entry, lanes, setup } = parts;
    this.#worker = new Worker(entry, {
      workerData: { ...setup, lanes, watch: this.#watch } satisfies WorkerBasics,
      env: {},
      argv: [],
      execArgv: ["--no-warnings"],
      stdin: false,
      resourceLimits,
      name: "ice-sandbox",
    });
    this.#worker.unref();
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (error: NodeJS.ErrnoException) =>
      this.#die(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "guest", error.message),
    );
    this.#worker.on("exit", (code) => this.#die("guest", `it exited with ${code}`));
  }

  /** Hands over what executions need. They may be started before: they wait for it. */
  give(engine: unknown): void {
    this.#post({ type: "engine", engine });
  }

  get jobs(): readonly Job[] {
    return [...this.#jobs.values()];
  }
  /** Executions that want to run: all that do not wait for the host. */
  get running(): number {
    return this.#jobs.size - this.#waiting.size;
  }
  get hasRoom(): boolean {
    return this.running < mostRunning && this.#jobs.size < this.#mostJobs;
  }

  start(job: Job): void {
    job.starts += 1;
    job.answers = 0;
    this.#jobs.set(job.number, job);
    this.#worker.ref();
    this.#post({ type: "run", job: job.number, execution: job.execution });
  }

  /** A job that waits is given up; one in its turn runs on until its limits and is then forgotten. */
  cancel(job: Job): void {
    if (!this.#jobs.has(job.number)) return;
    this.#post({ type: "cancel", job: job.number });
    if (this.#waiting.has(job.number)) this.#forget(job.number);
  }

  /** Number of the job whose turn lasts too long, if there is one. */
  lateJob(now: number): number | undefined {
    const job = Number(Atomics.load(this.#watch, 0));
    const until = Number(Atomics.load(this.#watch, 1));
    return job !== 0 && now > until ? job : undefined;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    const job = this.#jobs.get(message.job);
    if (job === undefined || this.#ended) return;
    if (message.type === "call") {
      job.calledHost = true;
      if (!job.done && !job.refused) void this.#answer(job, message.call);
      return;
    }
    if (message.type === "waits") {
      if (message.answers === job.answers) this.#waiting.add(message.job);
      if (job.done) this.#forget(message.job);
      else this.#hooks.onRoom();
      return;
    }
    job.finish(message.outcome);
    this.#forget(message.job);
  }

  async #answer(job: Job, call: GuestCall): Promise<void> {
    const answer = await job.onCall(call);
    if (job.done || job.refused || !this.#jobs.has(job.number)) return;
    this.#waiting.delete(job.number);
    if ("kind" in answer) {
      job.refused = true;
      this.#post({ type: "stop", job: job.number, refusal: answer });
      return;
    }
    job.answers += 1;
    this.#post({ type: "answer", job: job.number, answer });
  }

  #forget(number: number): void {
    this.#jobs.delete(number);
    this.#waiting.delete(number);
    if (this.#jobs.size === 0) this.#worker.unref();
    this.#hooks.onRoom();
  }

  #post(message: ToWorker): void {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  #die(kind: "memory" | "guest", reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#hooks.onDeath(Number(Atomics.load(this.#watch, 0)), kind, reason);
  }
}
