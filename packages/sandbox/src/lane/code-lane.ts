import type { Execution, GuestAnswer, GuestCall, LaneOutcome, ExecutionFailure } from "./execution.ts";

/** An instance of an engine, which runs one execution at a time, in turns. */
export interface CodeLane {
  /**
   * Starts an execution and runs its first turn.
   *
   * @returns the outcome, or undefined when the execution waits for answers.
   */
  start(
    execution: Execution,
    onCall: (call: GuestCall) => void,
  ): LaneOutcome | undefined | Promise<LaneOutcome | undefined>;
  /** Passes an answer and runs another turn. */
  answer(answer: GuestAnswer): Promise<LaneOutcome | undefined>;
  /** Fails an execution before its first turn. */
  refuse(execution: Execution, failure: ExecutionFailure): LaneOutcome;
  /** Ends the execution between two turns. */
  stop(failure: ExecutionFailure): LaneOutcome;
  /** Abandons the execution between two turns. */
  abandon(): void;
  /** Prepares the lane for another execution. Returns false if it must be discarded. */
  recycle(): boolean;
}
