import type { Execution, GuestAnswer, GuestCall, LaneOutcome, Refusal } from "./execution.ts";

/** An instance of an engine, used for one execution after the other, in turns. */
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
  /** Hands over an answer and runs another turn. */
  answer(answer: GuestAnswer): Promise<LaneOutcome | undefined>;
  /** An execution that fails before its first turn. */
  refuse(execution: Execution, refusal: Refusal): LaneOutcome;
  /** Ends the execution between two turns. */
  stop(refusal: Refusal): LaneOutcome;
  /** Gives the execution up between two turns. */
  abandon(): void;
  /** Makes the lane ready for another execution. False when it must be thrown away. */
  recycle(): boolean;
}
