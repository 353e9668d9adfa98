import type { IceErrorCode, Issue } from "@ice/core";

const brand: unique symbol = Symbol.for("ice.api-error/1") as never;
/** The brand of `IceError`, so that `IceError.is` accepts an error of a server as one of the engine. */
const iceErrorBrand: unique symbol = Symbol.for("ice.error/1") as never;

/** Properties of an {@link IceApiError} besides code and message. */
export interface IceApiErrorOptions {
  /** HTTP status of the answer; 0 without an answer. */
  readonly status: number;
  readonly fix?: string | undefined;
  readonly requestId?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of the client: a problem that the server has answered with, or that it could not be reached. `IceError.is` of
 * `@ice/core` accepts it too, so that code for the errors of an engine handles those of a server.
 */
export class IceApiError extends Error {
  override readonly name = "IceApiError";
  readonly [brand] = true;
  readonly [iceErrorBrand] = true;
  /** HTTP status of the answer; 0 without an answer. */
  readonly status: number;
  /** Stable, for programs. */
  readonly code: IceErrorCode | (string & {});
  /** What to do, as an imperative. */
  readonly fix: string | undefined;
  /** Id under which the server's log has the request. */
  readonly requestId: string | undefined;
  /** Data for programs: `issues`, and `first`, the answer by which a request was closed. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** When it may be sent again, in milliseconds from now (`Retry-After`). */
  readonly retryAfterMs: number | undefined;
  /** Never present; errors of the engine have it. */
  readonly path: undefined;

  constructor(code: IceErrorCode | (string & {}), message: string, options: IceApiErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.fix = options.fix;
    this.requestId = options.requestId;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** What is wrong with a blueprint, inputs or a request, part by part; empty if the server has not said. */
  get issues(): readonly Issue[] {
    return (this.details["issues"] as readonly Issue[] | undefined) ?? [];
  }

  /** Works across installed copies of `@ice/client`, where `instanceof` does not. */
  static is(error: unknown): error is IceApiError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
