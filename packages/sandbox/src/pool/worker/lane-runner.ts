import type { CodeLane } from "../../lane/code-lane.ts";
import type { Execution, GuestAnswer, LaneOutcome, ExecutionFailure } from "../../lane/execution.ts";
import { fixOf } from "../../lane/guest-fix.ts";
import { lineOfSyntaxError, stripTypes } from "../../source/strip-types.ts";
import type { FromWorker, RunnerMessage } from "../messages.ts";

export interface LaneRunnerOptions {
  readonly createLane: () => CodeLane | Promise<CodeLane>;
  readonly watch: BigInt64Array<SharedArrayBuffer>;
  readonly claims: BigInt64Array<SharedArrayBuffer>;
  readonly lanes: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds since some moment. */
  readonly stopwatch: () => number;
  readonly post: (message: FromWorker) => void;
}

interface Job {
  readonly lane: CodeLane;
  readonly execution: Execution;
  /** Its slot in `claims`. */
  readonly slot: number;
  runMs: number;
  answers: number;
}

type RunMessage = Extract<RunnerMessage, { readonly type: "run" }>;

/** What a worker does: turns of executions, one after the other, each in a lane of its own. */
export class LaneRunner {
  readonly #options: LaneRunnerOptions;
  readonly #idle: CodeLane[] = [];
  readonly #jobs = new Map<number, Job>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: LaneRunnerOptions) {
    this.#options = options;
  }

  /** Messages are handled in order; a turn ends before the next message is looked at. */
  receive(message: RunnerMessage): void {
    this.#last = this.#last.then(() => this.#handle(message));
  }

  async #handle(message: RunnerMessage): Promise<void> {
    if (message.type === "run") return this.#run(message);
    const job = this.#jobs.get(message.job);
    if (job === undefined) return undefined; // ended before the message came
    // Cancelled while others had their turns: none of its own is worth beginning.
    const isCancelled = Atomics.load(this.#options.claims, job.slot) === -BigInt(message.job);
    if (message.type === "answer" && !isCancelled) return this.#answer(message.job, job, message.answer);
    if (message.type === "stop") this.#end(message.job, job, job.lane.stop(message.failure));
    else {
      job.lane.abandon();
      this.#release(message.job, job);
      this.#options.post({ type: "gone", job: message.job });
    }
    return undefined;
  }

  async #run({ job: number, slot, execution }: RunMessage): Promise<void> {
    const { createLane, post, claims } = this.#options;
    const claimed = Atomics.compareExchange(claims, slot, BigInt(number), 0n) === BigInt(number);
    if (!claimed) return; // the pool took it back
    const lane = this.#idle.pop() ?? (await createLane());
    const job: Job = { lane, execution, slot, runMs: 0, answers: 0 };
    this.#jobs.set(number, job);
    await this.#turn(number, job, () => {
      const ready = withoutTypes(execution);
      if ("failure" in ready) return lane.refuse(execution, ready.failure);
      return lane.start(ready, (call) => post({ type: "call", job: number, call }));
    });
  }

  #answer(number: number, job: Job, answer: GuestAnswer): Promise<void> {
    job.answers += 1;
    return this.#turn(number, job, () => job.lane.answer(answer));
  }

  /** Runs one turn under the eyes of the pool, which ends this worker when the turn lasts too long. */
  async #turn(
    number: number,
    job: Job,
    turn: () => LaneOutcome | undefined | Promise<LaneOutcome | undefined>,
  ): Promise<void> {
    const { watch, now, stopwatch, post } = this.#options;
    const started = stopwatch();
    const began = now();
    Atomics.store(watch, 1, BigInt(Math.ceil(began + job.execution.limits.wallMs - job.runMs)));
    Atomics.store(watch, 2, BigInt(Math.floor(began)));
    Atomics.store(watch, 0, BigInt(number));
    const outcome = await turn();
    Atomics.store(watch, 0, 0n);
    job.runMs += stopwatch() - started;
    if (outcome === undefined) {
      post({ type: "waits", job: number, answers: job.answers });
      return;
    }
    this.#end(number, job, outcome);
  }

  #end(number: number, job: Job, outcome: LaneOutcome): void {
    this.#options.post({ type: "ended", job: number, outcome: { ...outcome, runMs: job.runMs } });
    this.#release(number, job);
  }

  #release(number: number, { lane }: Job): void {
    this.#jobs.delete(number);
    if (lane.recycle() && this.#idle.length < this.#options.lanes) this.#idle.push(lane);
  }
}

function withoutTypes(execution: Execution): Execution | { readonly failure: ExecutionFailure } {
  if (execution.language !== "typescript") return execution;
  const { source } = execution;
  try {
    return { ...execution, source: stripTypes(source) };
  } catch (error) {
    const message = error instanceof Error ? error.message.trim() : String(error);
    const line = error instanceof Error ? lineOfSyntaxError(error, source) : "";
    return {
      failure: {
        kind: "guest",
        message: `The TypeScript does not parse: ${message}${line}`,
        fix: fixOf(message, source),
      },
    };
  }
}
