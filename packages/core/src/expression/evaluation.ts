import { IceError } from "../errors/ice-error.ts";
import type { Json } from "../json/json.ts";
import { defaultOutputBytes } from "../json/output-limit.ts";
import { processTimeSlice, type TimeSlice } from "../time/time-slice.ts";
import { Meter } from "./meter.ts";
import type { ExpressionScope } from "./scope.ts";

export interface EvaluationOptions {
  /** Checked between two expressions. Default: the slice of the process. */
  readonly timeSlice?: TimeSlice | undefined;
  /** Checked after each pause: if it returns true, nothing more is evaluated. Default: never. */
  readonly stopped?: (() => boolean) | undefined;
  /** Maximum length, as JSON, of a value that templates build. Default 64 MiB. */
  readonly outputBytes?: number | undefined;
}

/** A compiled expression, as far as it is needed here. */
interface Evaluable {
  evaluate(scope: ExpressionScope, evaluation: Evaluation): Json;
}

/**
 * State shared by the expressions of one node: a meter, which limits them together, and the pauses. Created for each activation
 * of a node, and passed to every field.
 */
export class Evaluation {
  readonly meter = new Meter();
  readonly outputBytes: number;
  readonly #timeSlice: TimeSlice;
  readonly #stopped: () => boolean;
  /** Whether something was evaluated since the last pause, in this field or in one before it. */
  #started = false;

  constructor({
    timeSlice = processTimeSlice(),
    stopped = () => false,
    outputBytes = defaultOutputBytes,
  }: EvaluationOptions = {}) {
    this.outputBytes = outputBytes;
    this.#timeSlice = timeSlice;
    this.#stopped = stopped;
  }

  /**
   * Evaluates expressions in order; synchronous within the time slice, otherwise a promise.
   *
   * @throws IceError (or rejects) with the first failure; `ICE_RUN_CANCELLED` if it was stopped in a pause.
   */
  all(expressions: readonly Evaluable[], scope: ExpressionScope): readonly Json[] | Promise<readonly Json[]> {
    const values: Json[] = [];
    return this.#evaluate(expressions, scope, values) ? values : this.#goOn(expressions, scope, values);
  }

  /** True when all are evaluated, false when it is time for a pause. */
  #evaluate(expressions: readonly Evaluable[], scope: ExpressionScope, values: Json[]): boolean {
    while (values.length < expressions.length) {
      if (this.#started && this.#timeSlice.isOver()) return false;
      this.#started = true;
      values.push(expressions[values.length]!.evaluate(scope, this));
    }
    return true;
  }

  async #goOn(expressions: readonly Evaluable[], scope: ExpressionScope, values: Json[]): Promise<readonly Json[]> {
    do {
      await this.#timeSlice.next();
      this.#started = false;
      if (this.#stopped())
        throw new IceError("ICE_RUN_CANCELLED", "The evaluation was stopped.", { fix: "start the run again" });
    } while (!this.#evaluate(expressions, scope, values));
    return values;
  }
}
