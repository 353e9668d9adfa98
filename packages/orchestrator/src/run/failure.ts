import { IceError, messageOf, type ErrorRecord, type JsonObject } from "@ice/core";
import { countJsonParts, finish, isPlainObject, maxJsonDepth } from "@ice/core/internal";

/** Any thrown value as an IceError. A foreign error is wrapped, is retryable, and keeps its message. */
export function toIceError(thrown: unknown): IceError {
  if (IceError.is(thrown)) return thrown;
  return new IceError("ICE_NODE_FAILED", messageOf(thrown), { cause: thrown, retryable: true });
}

/** The error with the path of the node in which it occurred; an error with a path keeps it. */
export function locate(error: IceError, path: string): IceError {
  if (error.path !== undefined) return error;
  const { code, message, details, cause, fix, retryable, retryAfterMs } = error;
  return new IceError(code, message, {
    details,
    retryable,
    path,
    cause,
    fix,
    retryAfterMs,
  });
}

/** The error as data, for results, events and the journal. Details that are not JSON are dropped. */
export function toErrorRecord(error: IceError): ErrorRecord {
  const details = Object.keys(error.details).length === 0 ? undefined : jsonCopy(error.details);
  return {
    code: error.code,
    message: error.message,
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...(details === undefined ? {} : { details }),
  };
}

/** What retries and `catch` ask of an error besides its record. */
export interface ErrorTraits {
  /** Whether another attempt may succeed. */
  readonly retryable?: true | undefined;
  /** Codes of its causes. */
  readonly causes?: string[] | undefined;
}

export function traitsOf(error: IceError): ErrorTraits {
  const causes = causesOf(error);
  return { ...(error.retryable && { retryable: true }), ...(causes.length > 0 && { causes }) };
}

const maxCauses = 8;

/** Codes of the causes of an error, also of foreign ones. */
export function causesOf(error: IceError): string[] {
  const codes: string[] = [];
  for (let { cause } = error as { readonly cause?: unknown }; codes.length < maxCauses;) {
    if (typeof cause !== "object" || cause === null) break;
    if ("code" in cause && typeof cause.code === "string") codes.push(cause.code);
    else break;
    cause = "cause" in cause ? cause.cause : undefined;
  }
  return codes;
}

/** The reverse of `toErrorRecord`, for an error that an earlier process recorded. */
export function fromErrorRecord(
  { code, message, path, fix, details = {} }: ErrorRecord,
  { retryable, causes = [] }: ErrorTraits = {},
): IceError {
  const cause = causes.reduceRight<IceError | undefined>(
    (inner, of) => new IceError(of, "", { cause: inner }),
    undefined,
  );
  return new IceError(code, message, { details, path, fix, retryable, cause });
}

/** A copy of an object as JSON that can be recorded; undefined if it cannot be written as JSON, or nests too deep. */
export function jsonCopy(data: object): JsonObject | undefined {
  try {
    const text = JSON.stringify(data);
    if (finish(countJsonParts(text)).depth > maxJsonDepth) return undefined;
    // What a server said may be in it.
    const copy: unknown = JSON.parse(text, text.includes('"__proto__":') ? withoutPrototype : undefined);
    return isPlainObject(copy) ? (copy as JsonObject) : undefined;
  } catch {
    return undefined; // a cycle or a BigInt: details must never cause a failure
  }
}

const withoutPrototype = (key: string, value: unknown): unknown => (key === "__proto__" ? undefined : value);
