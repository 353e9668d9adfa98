import { IceError } from "../errors/ice-error.ts";

/** Stands for an error that is never read. */
const unread = new IceError("ICE_EXPRESSION_FAILED", "The expression failed.", { fix: "correct it" });

/** How many places around what is evaluated now would drop an error. */
let dropping = 0;

/** An error would have been made, or was. */
type Failed = "failed" | "failedDearly";

/**
 * Evaluates something whose error is dropped, or reproduced by evaluating it again. Errors are not made then, but for the few
 * that a part of the platform makes: an error takes ten times as long as what it is about.
 */
export function tryUnread(evaluate: () => boolean): boolean | Failed {
  dropping += 1;
  try {
    return evaluate();
  } catch (error) {
    return error === unread ? "failed" : "failedDearly";
  } finally {
    dropping -= 1;
  }
}

/** Evaluates what has failed in `tryUnread` again, for its error, unless that is dropped as well. */
export function failAgain<T>(evaluate: () => T): T {
  if (dropping > 0) throw unread;
  return evaluate();
}

/** An expression that could not be evaluated. Never retryable: the same data would fail again. */
export function expressionFailed(message: string, fix: string, cause?: unknown): IceError {
  if (dropping > 0 && cause === undefined) return unread;
  return new IceError("ICE_EXPRESSION_FAILED", message, { fix, cause });
}

/** What stands for an error that would be dropped; undefined when errors are made. Spares writing its message. */
export const droppedError = (): IceError | undefined => (dropping > 0 ? unread : undefined);
