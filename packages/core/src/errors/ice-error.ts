import type { IceErrorCode } from "./codes.ts";

/** Properties of an {@link IceError} besides code and message. */
export interface IceErrorOptions {
  /** Data for programs; never contains secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The original error, if there is one. */
  readonly cause?: unknown;
  /** The next action, as an imperative: "rename it to …". */
  readonly fix?: string | undefined;
  /** Whether another attempt may succeed. Decided where the error is created. Default false. */
  readonly retryable?: boolean | undefined;
  /** Earliest time of another attempt, in milliseconds from now (`Retry-After`). */
  readonly retryAfterMs?: number | undefined;
  /** Path of the node in which the error occurred, e.g. `listings[3].price`. */
  readonly path?: string | undefined;
}

const brand: unique symbol = Symbol.for("ice.error/1") as never;

/** The one error class of ice. `code` is for programs, `message` and `fix` are for people. */
export class IceError extends Error {
  override readonly name = "IceError";
  readonly [brand] = true;
  readonly code: IceErrorCode | (string & {});
  readonly details: Readonly<Record<string, unknown>>;
  readonly fix: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly path: string | undefined;

  constructor(code: IceErrorCode | (string & {}), message: string, options: IceErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.fix = options.fix;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.path = options.path;
  }

  /** Works across installed copies of `@ice/core`, where `instanceof` does not. */
  static is(error: unknown): error is IceError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

/** The message of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  if (error instanceof Error || IceError.is(error)) return error.message || error.name;
  if (typeof error === "string") return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return Object.prototype.toString.call(error);
  }
}
