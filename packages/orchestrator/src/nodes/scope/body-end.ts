import { IceError, type ErrorRecord } from "@ice/core";
import { fromErrorRecord, toErrorRecord } from "../../run/failure.ts";

/** How a body has ended, or will: decided and recorded before anything is done about it. */
export interface BodyEnd {
  /** Absent after success, and where the scope was stopped from outside. */
  readonly error?: IceError | undefined;
  /** Codes of the causes of the error. */
  readonly causes?: readonly string[] | undefined;
  readonly isStopped?: boolean | undefined;
}

/** A body end as JSON. */
export interface RecordedBodyEnd {
  readonly error: ErrorRecord | null;
  readonly retryable: boolean;
  readonly causes: readonly string[];
  readonly isStopped: boolean;
}

export const failedWith = (error: IceError): BodyEnd => ({ error, causes: causesOf(error) });

export const recordOf = ({ error, causes = [], isStopped = false }: BodyEnd): RecordedBodyEnd => ({
  error: error === undefined ? null : toErrorRecord(error),
  retryable: error?.retryable === true,
  causes,
  isStopped,
});

export function restored({ error, retryable, causes, isStopped }: RecordedBodyEnd): BodyEnd {
  if (error === null) return { isStopped };
  const { code, message, details, path, fix } = fromErrorRecord(error);
  return { error: new IceError(code, message, { details, path, fix, retryable }), causes, isStopped };
}

const maxCauses = 8;

function causesOf(error: IceError): readonly string[] {
  const codes: string[] = [];
  for (let cause = error.cause; IceError.is(cause) && codes.length < maxCauses; cause = cause.cause)
    codes.push(cause.code);
  return codes;
}
