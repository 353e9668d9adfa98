import { IceError } from "../errors/ice-error.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/**
 * Whether `policy` allows another attempt after `error`. An error with `retryable: false` is never retried; `noRetryOn` takes
 * precedence over `retryOn`; both are compared with the error's code and with the `code` of its cause.
 */
export function isRetryable(error: IceError, policy: RetryPolicy): boolean {
  if (!error.retryable) return false;
  const codes = [error.code, codeOf(error.cause)];
  if (policy.noRetryOn?.some((code) => codes.includes(code))) return false;
  return policy.retryOn === undefined || policy.retryOn.some((code) => codes.includes(code));
}

function codeOf(cause: unknown): string | undefined {
  const code: unknown = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : undefined;
}
