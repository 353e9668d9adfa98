import { IceError } from "../errors/ice-error.ts";
import type { Json } from "../json/json.ts";
import { defaultOutputBytes } from "../json/output-limit.ts";
import { processTimeSlice, type TimeSlice } from "../time/time-slice.ts";
import { Meter } from "./meter.ts";
import type { ExpressionScope } from "./scope.ts";

export interface EvaluationOptions {
  /** Asked between two expressions. Default: the slice of the process. */
  readonly timeSlice?: TimeSlice | undefined;
  /** Looked at after each pause: when true, nothing more is evaluated. Default: never. */
  readonly stopped?: (() => boolean) | undefined;
  /** How long a value that templates build may be as JSON, with what they hand over. Default 64 MiB. */
  readonly outputBytes?: number | undefined;
}

/** A compiled expression, as far as it is needed here. */
interface Evaluable {
  evaluate(scope: ExpressionScope, evaluation: Evaluation): Json;
}

/**
 * What the expressions of one node have in common: one meter, which bounds them together, and the pauses in which the event
 * loop turns. One is made for each activation of a node and handed to every field.
 */
export class Evaluation {
  readonly meter = new Meter();
  readonly outputBytes: number;
  readonly #timeSlice: TimeSlice;
  readonly #stopped: () => boolean;
  /** Whether something was evaluated since the last pause, in this field or in one before it. */
  #begun = false;

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
   * Evaluates expressions in their order. The values come at once when the time slice lasts, else as a promise.
   *
   * @throws IceError (or rejects) as the first expression that fails; `ICE_RUN_CANCELLED` when it was stopped in a pause.
   */
  all(expressions: readonly Evaluable[], scope: ExpressionScope): readonly Json[] | Promise<readonly Json[]> {
    const values: Json[] = [];
    return this.#evaluate(expressions, scope, values) ? values : this.#goOn(expressions, scope, values);
  }

  /** True when all are evaluated, false when it is time for a pause. */
  #evaluate(expressions: readonly Evaluable[], scope: ExpressionScope, values: Json[]): boolean {
    while (values.length < expressions.length) {
      if (this.#begun && this.#timeSlice.isOver()) return false;
      this.#begun = true;
      values.push(expressions[values.length]!.evaluate(scope, this));
    }
    return true;
  }

  async #goOn(expressions: readonly Evaluable[], scope: ExpressionScope, values: Json[]): Promise<readonly Json[]> {
    do {
      await this.#timeSlice.next();
      this.#begun = false;
      if (this.#stopped())
        throw new IceError("ICE_RUN_CANCELLED", "The evaluation was stopped.", { fix: "start the run again" });
    } while (!this.#evaluate(expressions, scope, values));
    return values;
  }
}
