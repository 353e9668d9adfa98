import { IceError } from "../errors/ice-error.ts";

/** Replaces an error that is never read. */
const unread = new IceError("ICE_EXPRESSION_FAILED", "The expression failed.", { fix: "correct it" });

/** Number of enclosing operations that would drop an error. */
let dropping = 0;

/** An error would have been created, or was. */
type Failed = "failed" | "failedDearly";

/**
 * Evaluates an operand whose error is dropped, or reproduced by evaluating it again. Errors are not created meanwhile, except
 * those of the platform: creating one takes ten times as long as the operation.
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

/** Evaluates again what has failed in `tryUnread`, to get its error, unless that is dropped as well. */
export function failAgain<T>(evaluate: () => T): T {
  if (dropping > 0) throw unread;
  return evaluate();
}

/** An expression that could not be evaluated. Never retryable: the same data would fail again. */
export function expressionFailed(message: string, fix: string, cause?: unknown): IceError {
  if (dropping > 0 && cause === undefined) return unread;
  return new IceError("ICE_EXPRESSION_FAILED", message, { fix, cause });
}

/** Returns the replacement of an error that would be dropped; undefined if errors are created. Saves formatting the message. */
export const droppedError = (): IceError | undefined => (dropping > 0 ? unread : undefined);
