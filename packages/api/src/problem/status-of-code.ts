import type { IceErrorCode } from "@ice/core";

/**
 * The status of each code that a route answers with. A code that is not here is a failure of the server: status 500, and the caller
 * learns only the id of the request.
 */
export const statusOfCode = {
  ICE_REQUEST_INVALID: 400,
  ICE_CURSOR_INVALID: 400,
  ICE_POSITION_INVALID: 400,
  ICE_AUTH_REQUIRED: 401,
  ICE_AUTH_INVALID: 401,
  ICE_SCOPE_MISSING: 403,
  ICE_ORIGIN_DENIED: 403,
  ICE_RESPONSE_DENIED: 403,
  ICE_ROUTE_NOT_FOUND: 404,
  ICE_RUN_NOT_FOUND: 404,
  ICE_NODE_NOT_FOUND: 404,
  ICE_BLUEPRINT_NOT_FOUND: 404,
  ICE_WORKFLOW_UNKNOWN: 404,
  ICE_NODE_TYPE_UNKNOWN: 404,
  ICE_REQUEST_NOT_FOUND: 404,
  ICE_TOKEN_INVALID: 404,
  ICE_METHOD_NOT_ALLOWED: 405,
  ICE_RUN_EXISTS: 409,
  ICE_RUN_ENDED: 409,
  ICE_REQUEST_CLOSED: 409,
  ICE_BLUEPRINT_EXISTS: 409,
  ICE_STORE_OWNED: 409,
  ICE_PRECONDITION_FAILED: 412,
  ICE_REQUEST_TOO_LARGE: 413,
  ICE_MEDIA_TYPE: 415,
  ICE_HOST_DENIED: 421,
  ICE_BLUEPRINT_INVALID: 422,
  ICE_BLUEPRINT_SCHEMA: 422,
  ICE_BLUEPRINT_LIMIT: 422,
  ICE_BLUEPRINT_SYNTAX: 422,
  ICE_INPUT_INVALID: 422,
  ICE_RESPONSE_INVALID: 422,
  ICE_SIGNAL_INVALID: 422,
  ICE_IDEMPOTENCY_MISMATCH: 422,
  ICE_PRECONDITION_REQUIRED: 428,
  ICE_RATE_LIMITED: 429,
  ICE_SERVER_BUSY: 503,
  ICE_SERVER_DRAINING: 503,
  ICE_ORCHESTRATOR_CLOSED: 503,
  ICE_STORE_LOCKED: 503,
  ICE_STORE_UNAVAILABLE: 503,
  ICE_STORE_READONLY: 503,
  ICE_STORE_FULL: 507,
} as const satisfies Partial<Record<IceErrorCode, number>>;

/** A code that a route answers with. */
export type ProblemCode = keyof typeof statusOfCode;

/** Whether a route answers with this code. */
export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(statusOfCode, code);

/** Codes whose message names files, processes or machines: the caller reads the sentence of the catalogue instead. */
export const privateCodes: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "ICE_ORCHESTRATOR_CLOSED",
  "ICE_STORE_FULL",
  "ICE_STORE_LOCKED",
  "ICE_STORE_OWNED",
  "ICE_STORE_READONLY",
  "ICE_STORE_UNAVAILABLE",
]);

/** What to do, where the fix of the error speaks of functions instead of routes. */
export const fixOfCode: Partial<Record<ProblemCode, string>> = {
  ICE_RUN_NOT_FOUND: "list the runs with GET /v1/runs",
  ICE_RUN_EXISTS: "choose another run id, or send an `Idempotency-Key` instead",
  ICE_STORE_OWNED: "wait until it ends or suspends",
  ICE_BLUEPRINT_NOT_FOUND: "list the blueprints with GET /v1/blueprints",
  ICE_TOKEN_INVALID: "list the open requests with GET /v1/tasks",
  ICE_REQUEST_NOT_FOUND: "list the open requests with GET /v1/tasks",
  ICE_PRECONDITION_FAILED: "read the blueprint again, and send its new `ETag`",
  ICE_SERVER_BUSY: "try again later",
  ICE_SERVER_DRAINING: "try again later, or at another server",
  ICE_ORCHESTRATOR_CLOSED: "try again later, or at another server",
  ICE_STORE_LOCKED: "try again later",
};

/** Seconds after which a request may be sent again, unless the error says so itself. */
export const retryAfterSeconds: Partial<Record<ProblemCode, number>> = {
  ICE_RATE_LIMITED: 1,
  ICE_SERVER_BUSY: 1,
  ICE_SERVER_DRAINING: 5,
  ICE_ORCHESTRATOR_CLOSED: 5,
  ICE_STORE_LOCKED: 1,
};
