import { defaultOwnerLimits, type Json, type OwnerLimits } from "@ice/core";
import { checkOutputLengthInTurns, Evaluation, type TimeSlice } from "@ice/core/internal";

/** Limits of the owner on the size of values, and the time slice. */
export class Bounds {
  readonly outputBytes: number;
  readonly cacheEntries: number;
  readonly cacheEntryBytes: number;
  readonly signalBytes: number;
  readonly timeSlice: TimeSlice;

  constructor(limits: Partial<OwnerLimits>, timeSlice: TimeSlice) {
    const given = { ...defaultOwnerLimits, ...limits };
    this.outputBytes = given.outputBytes;
    this.cacheEntries = given.cacheEntries;
    this.cacheEntryBytes = given.cacheEntryBytes;
    this.signalBytes = given.signalBytes;
    this.timeSlice = timeSlice;
  }

  /** An upper bound of the length of `value` as JSON; a promise if it takes long. @throws IceError `ICE_OUTPUT_LIMIT`. */
  check(value: Json, what: string, name: string): number | Promise<number> {
    return checkOutputLengthInTurns(value, this, what, name);
  }

  /** For the expressions of one node. `stopped` is called after each pause. */
  evaluation(stopped?: () => boolean): Evaluation {
    const { outputBytes, timeSlice } = this;
    return new Evaluation({ timeSlice, outputBytes, stopped });
  }
}
