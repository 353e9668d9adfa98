import { Worker } from "node:worker_threads";
import type { Execution, GuestAnswer, GuestCall, ExecutionFailure } from "../lane/execution.ts";
import { HostCalls } from "./host-calls.ts";
import type { FromWorker, ToWorker, WorkerBasics } from "./messages.ts";
import type { PoolOutcome } from "./pool-outcome.ts";

/** What every worker is made from. */
export interface WorkerParts {
  /** File that it runs. */
  readonly entry: URL;
  readonly lanes: number;
  /** What else the file needs, as `workerData`. */
  readonly setup: object;
}

/** Answers a request of the guest, or ends the execution. Never rejects. */
export type AnswerCall = (call: GuestCall) => Promise<GuestAnswer | ExecutionFailure>;

/** One execution on its way through the pool. */
export interface Job {
  readonly number: number;
  /** The run that it belongs to. */
  readonly run: string;
  readonly execution: Execution;
  readonly onCall: AnswerCall;
  /** Whether it asked the host for something: then it must not start again by itself. */
  calledHost: boolean;
  /** Whether the host ends it: nothing that it still asks for matters. */
  refused: boolean;
  /** How often it was given to a worker that did not give it back untouched. */
  starts: number;
  /** Of the worker that has it. */
  calls: HostCalls;
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

/**
 * Executions that a worker has at hand, the one that runs included: enough that it never waits for the next one. Before its
 * thread has shown that it works it has one: others would wait for a start that may take long.
 */
const maxRunning = 4;
/** A turn that lasts longer, in milliseconds, holds up what the worker has at hand: other workers may be free sooner. */
const shortTurnMs = 20;
/**
 * Time that a cancelled turn has to end by itself when its worker holds executions that could not start again, in
 * milliseconds. Without such executions the worker is ended at once.
 */
const graceMs = 1000;
/**
 * Memory of the thread's own JavaScript: lanes live outside it. The stack is so large that the guest's own, of which every
 * call takes the same share each time, is used up first: how much a call takes of this one depends on how the engine has
 * compiled it by then.
 */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 16 };

/** A worker thread as the pool sees it. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #watch = new BigInt64Array(new SharedArrayBuffer(24));
  readonly #claims: BigInt64Array<SharedArrayBuffer>;
  readonly #jobs = new Map<number, Job>();
  /** Number of jobs of each run that has any. */
  readonly #runs = new Map<string, number>();
  /** Slot of each job in the claims. */
  readonly #slots = new Map<number, number>();
  readonly #freeSlots: number[];
  readonly #waiting = new Set<number>();
  /** Cancelled jobs that have begun and do not wait, with the time of their cancellation. */
  readonly #cancelled = new Map<number, number>();
  readonly #maxJobs: number;
  readonly #hooks: PoolWorkerHooks;
  /** Whether an execution has come as far as its first turn. */
  #works = false;
  #ended = false;

  constructor(parts: WorkerParts, hooks: PoolWorkerHooks) {
    this.#hooks = hooks;
    this.#maxJobs = parts.lanes;
    const { entry, lanes, setup } = parts;
    this.#claims = new BigInt64Array(new SharedArrayBuffer(8 * lanes));
    this.#freeSlots = Array.from({ length: lanes }, (_, slot) => slot);
    this.#worker = new Worker(entry, {
      workerData: { ...setup, lanes, watch: this.#watch, claims: this.#claims } satisfies WorkerBasics,
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
  /** Whether another execution can be given to it. @param now - epoch milliseconds. */
  hasRoom(now: number): boolean {
    if (this.#jobs.size >= this.#maxJobs) return false;
    return this.running === 0 || (this.#works && this.running < maxRunning && !this.#isHeldUp(now));
  }

  /** Whether all its executions are of this run. */
  serves(run: string): boolean {
    return this.#jobs.size === (this.#runs.get(run) ?? 0);
  }

  runningOf(run: string): number {
    if (!this.#runs.has(run)) return 0;
    let running = 0;
    for (const job of this.#jobs.values()) if (job.run === run && !this.#waiting.has(job.number)) running += 1;
    return running;
  }

  start(job: Job): void {
    const slot = this.#freeSlots.pop()!; // as many slots as jobs
    job.starts += 1;
    job.calls = new HostCalls();
    this.#jobs.set(job.number, job);
    this.#runs.set(job.run, (this.#runs.get(job.run) ?? 0) + 1);
    this.#slots.set(job.number, slot);
    Atomics.store(this.#claims, slot, BigInt(job.number));
    this.#worker.ref();
    this.#post({ type: "run", job: job.number, slot, execution: job.execution });
  }

  /** Takes back what the worker has not begun, in the order in which it was given. */
  takeBack(): Job[] {
    return [...this.#jobs.values()].filter((job) => this.#withdraw(job));
  }

  /** Takes back what has not begun while a long turn holds it up. @param now - epoch milliseconds. */
  takeBackHeldUp(now: number): { readonly jobs: readonly Job[]; readonly heldUpBy: Job | undefined } {
    if (!this.#isHeldUp(now)) return { jobs: [], heldUpBy: undefined };
    return { jobs: this.takeBack(), heldUpBy: this.#jobs.get(this.#inTurn) };
  }

  /**
   * Gives a job up. One that has not begun, or waits, is gone at once; one in its turn takes the worker with it, which
   * `lateJob` says.
   *
   * @param now - epoch milliseconds.
   */
  cancel(job: Job, now: number): void {
    const slot = this.#slots.get(job.number);
    if (slot === undefined) return;
    if (this.#withdraw(job)) {
      this.#hooks.onRoom();
      return;
    }
    Atomics.store(this.#claims, slot, BigInt(-job.number));
    this.#post({ type: "cancel", job: job.number });
    if (this.#waiting.has(job.number)) this.#forget(job);
    else this.#cancelled.set(job.number, now);
  }

  /** Number of the job whose turn lasts too long, or goes on although it is cancelled. @param now - epoch milliseconds. */
  lateJob(now: number): number | undefined {
    const job = this.#inTurn;
    if (job === 0) return undefined;
    const cancelledAt = this.#cancelled.get(job);
    const until = Number(Atomics.load(this.#watch, 1));
    const isLate = now > until || (cancelledAt !== undefined && now >= cancelledAt + this.#graceMs(job));
    return isLate ? job : undefined;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  /** Number of the job in its turn, or 0. */
  get #inTurn(): number {
    return Number(Atomics.load(this.#watch, 0));
  }

  #isHeldUp(now: number): boolean {
    return this.#inTurn !== 0 && now - Number(Atomics.load(this.#watch, 2)) > shortTurnMs;
  }

  #graceMs(cancelled: number): number {
    const wouldBeLost = (job: Job): boolean => job.calledHost && !job.done && job.number !== cancelled;
    return [...this.#jobs.values()].some(wouldBeLost) ? graceMs : 0;
  }

  /** @returns whether the worker had not begun the job, and never will. */
  #withdraw(job: Job): boolean {
    const slot = this.#slots.get(job.number)!; // of every job
    const number = BigInt(job.number);
    if (Atomics.compareExchange(this.#claims, slot, number, 0n) !== number) return false;
    job.starts -= 1;
    this.#drop(job);
    return true;
  }

  #receive(message: FromWorker): void {
    const job = this.#jobs.get(message.job);
    if (job === undefined || this.#ended) return;
    this.#works = true;
    if (message.type === "call") {
      job.calledHost = true;
      job.calls.add(message.call);
      this.#answerNext(job);
      return;
    }
    if (message.type === "waits") {
      job.calls.take(message.answers);
      if (message.answers === job.calls.answered) this.#waiting.add(message.job);
      this.#answerNext(job);
      // Cancelled in its turn: the message that gives it up is on its way.
      if (job.done) this.#forget(job);
      else this.#hooks.onRoom();
      return;
    }
    if (message.type === "ended") job.finish(message.outcome);
    this.#forget(job);
  }

  #answerNext(job: Job): void {
    if (job.done || job.refused) return;
    for (let call = job.calls.next(); call !== undefined; call = job.calls.next()) void this.#answer(job, call);
  }

  async #answer(job: Job, call: GuestCall): Promise<void> {
    const answer = await job.onCall(call);
    if (job.done || job.refused || !this.#jobs.has(job.number)) return;
    this.#waiting.delete(job.number);
    if ("kind" in answer) {
      job.refused = true;
      this.#post({ type: "stop", job: job.number, failure: answer });
      return;
    }
    job.calls.answer();
    this.#post({ type: "answer", job: job.number, answer });
  }

  #forget(job: Job): void {
    this.#drop(job);
    this.#hooks.onRoom();
  }

  #drop({ number, run }: Job): void {
    this.#jobs.delete(number);
    const left = this.#runs.get(run)! - 1; // counted when it started
    if (left === 0) this.#runs.delete(run);
    else this.#runs.set(run, left);
    this.#waiting.delete(number);
    this.#cancelled.delete(number);
    this.#freeSlots.push(this.#slots.get(number)!); // of every job
    this.#slots.delete(number);
    if (this.#jobs.size === 0) this.#worker.unref();
  }

  #post(message: ToWorker): void {
    if (!this.#ended) this.#worker.postMessage(message);
  }

  #die(kind: "memory" | "guest", reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#hooks.onDeath(this.#inTurn, kind, reason);
  }
}
