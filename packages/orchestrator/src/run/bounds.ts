import { defaultOwnerLimits, type Json, type OwnerLimits } from "@ice/core";
import { checkOutputLengthInTurns, Evaluation, type TimeSlice } from "@ice/core/internal";

/** What the owner of the process lets runs hand over, and how long they may evaluate before the event loop turns. */
export class Bounds {
  readonly outputBytes: number;
  readonly timeSlice: TimeSlice;

  constructor({ outputBytes = defaultOwnerLimits.outputBytes }: Partial<OwnerLimits>, timeSlice: TimeSlice) {
    this.outputBytes = outputBytes;
    this.timeSlice = timeSlice;
  }

  /** An upper bound of the length of `value` as JSON; later, where it takes long. @throws IceError `ICE_OUTPUT_LIMIT`. */
  check(value: Json, what: string, name: string): number | Promise<number> {
    return checkOutputLengthInTurns(value, this, what, name);
  }

  /** For the expressions of one node. `stopped`: looked at after each pause. */
  evaluation(stopped?: () => boolean): Evaluation {
    const { outputBytes, timeSlice } = this;
    return new Evaluation({ timeSlice, outputBytes, stopped });
  }
}
