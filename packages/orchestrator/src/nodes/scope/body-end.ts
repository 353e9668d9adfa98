import type { ErrorRecord, IceError } from "@ice/core";
import { fromErrorRecord, toErrorRecord, traitsOf, type ErrorTraits } from "../../run/failure.ts";

/** How a body has ended, or will: decided and recorded before anything is done about it. */
export interface BodyEnd {
  /** Absent after success, and where the scope was stopped from outside. */
  readonly error?: IceError | undefined;
  readonly isStopped?: boolean | undefined;
  /** What was not done in time after it: recorded as well, so that a resume does not go on with it. */
  readonly cut?: readonly CleanupStep[] | undefined;
}

/** What a scope does in order to clean up, each within its time limit. */
export type CleanupStep = "compensate" | "finally";

/** A body end as JSON. */
export interface RecordedBodyEnd extends ErrorTraits {
  readonly error: ErrorRecord | null;
  readonly isStopped: boolean;
  readonly cut: readonly CleanupStep[];
}

export const recordOf = ({ error, isStopped = false, cut = [] }: BodyEnd): RecordedBodyEnd => ({
  error: error === undefined ? null : toErrorRecord(error),
  ...(error && traitsOf(error)),
  isStopped,
  cut,
});

export const restored = ({ error, isStopped, cut, ...traits }: RecordedBodyEnd): BodyEnd => ({
  error: error === null ? undefined : fromErrorRecord(error, traits),
  isStopped,
  cut,
});
