import type { Limiter } from "../scheduling/limiter.ts";
import type { Pace } from "../scheduling/pace.ts";
import type { StepTime } from "../scheduling/step-time.ts";
import type { Activity } from "./activity.ts";

/** The workflow that works: its slots, and the run to keep busy. */
interface Owner {
  readonly limiter: Limiter;
  readonly run: {
    readonly pace: Pace;
    readonly time: StepTime;
    readonly activity: Activity;
    readonly released: boolean;
  };
}

/** Work in bounded steps. */
export interface Stepwise {
  /** Does the next step and returns its cost, see `stepCost`; undefined if there is none. */
  step(): number | undefined;
  /** Called when there is no further step for now. */
  rest(): void;
}

/**
 * Does steps until there are none. Only here does a run return to the event loop, between two steps; it counts as busy meanwhile.
 * Calls during a step are absorbed.
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

  /** No further steps are done. */
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
