import type { Limiter } from "../scheduling/limiter.ts";
import type { Pace } from "../scheduling/pace.ts";
import type { StepTime } from "../scheduling/step-time.ts";
import type { Activity } from "./activity.ts";

/** The workflow whose work is done: its slots, and the run that has to stay busy. */
interface Owner {
  readonly limiter: Limiter;
  readonly run: {
    readonly pace: Pace;
    readonly time: StepTime;
    readonly activity: Activity;
    readonly released: boolean;
  };
}

/** Work in steps, each bounded. */
export interface Stepwise {
  /** Does the next thing that there is to do and returns what it cost, see `stepCost`; undefined when nothing moves. */
  step(): number | undefined;
  /** Called when nothing moves any more, for now. */
  rest(): void;
}

/**
 * Takes steps until nothing moves. Here, and only here, a run lets the event loop turn: between any two steps. Meanwhile it
 * counts as busy. What calls while it is at work is absorbed.
 */
export class Drain {
  readonly #owner: Owner;
  readonly #work: Stepwise;
  #busy = false;

  constructor(owner: Owner, work: Stepwise) {
    this.#owner = owner;
    this.#work = work;
  }

  run(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { pace } = this.#owner.run;
    for (let cost = this.#work.step(); cost !== undefined; cost = this.#work.step())
      if (pace.isOver(cost)) return this.#continueLater();
    this.#busy = false;
    this.#owner.run.time.forget();
    this.#work.rest();
  }

  /** The state of the run has changed: others may have slots now. */
  runAndServe(): void {
    this.run();
    this.#owner.limiter.serve();
  }

  /** No step is taken any more. */
  stop(): void {
    this.#busy = true;
  }

  #continueLater(): void {
    const { run } = this.#owner;
    run.time.forget();
    run.activity.begin();
    run.pace.slice.continueLater(() => {
      if (run.released) return;
      this.#busy = false;
      this.runAndServe();
      run.activity.end();
    });
  }
}
