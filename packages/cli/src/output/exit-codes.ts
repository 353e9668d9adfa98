import { IceError, type RunResult } from "@ice/core";

/** Exit codes of the `ice` command; `docs/reference/cli.md` lists them. */
export const exitCodes = {
  completed: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  notFound: 4,
  suspended: 5,
  limit: 6,
  permission: 7,
  store: 8,
  timeout: 9,
  internal: 10,
  interrupted: 130,
} as const;

const byCode: Readonly<Record<string, number>> = {
  ICE_BUDGET_EXCEEDED: exitCodes.limit,
  ICE_LOOP_LIMIT: exitCodes.limit,
  ICE_DEPTH_LIMIT: exitCodes.limit,
  ICE_RUN_TIMEOUT: exitCodes.timeout,
};

const notFoundCodes: ReadonlySet<string> = new Set([
  "ICE_FILE_NOT_FOUND",
  "ICE_RUN_NOT_FOUND",
  "ICE_REQUEST_NOT_FOUND",
  "ICE_TOKEN_NOT_FOUND",
  "ICE_BLUEPRINT_NOT_FOUND",
  "ICE_NODE_TYPE_UNKNOWN",
  "ICE_TOOL_UNKNOWN",
]);
const invalidCodes: ReadonlySet<string> = new Set([
  "ICE_INPUT_INVALID",
  "ICE_RUN_EXISTS",
  "ICE_RESPONSE_INVALID",
  "ICE_SIGNAL_INVALID",
]);

const permissionCodes: ReadonlySet<string> = new Set([
  "ICE_FILE_DENIED",
  "ICE_CODE_DENIED",
  "ICE_RESPONSE_DENIED",
  "ICE_AUTH_REQUIRED",
  "ICE_AUTH_INVALID",
  "ICE_SCOPE_MISSING",
  "ICE_ORIGIN_DENIED",
]);
/** The server that a command works at, like the store, cannot be used. */
const serverCodes: ReadonlySet<string> = new Set([
  "ICE_SERVER_UNREACHABLE",
  "ICE_SERVER_BUSY",
  "ICE_SERVER_DRAINING",
  "ICE_RATE_LIMITED",
  "ICE_ANSWER_INVALID",
]);

/** The outcome of a run or a network, as an exit code. */
export function exitCodeOfRun({ status, error }: Pick<RunResult, "status" | "error">): number {
  if (status === "completed") return exitCodes.completed;
  if (status === "suspended") return exitCodes.suspended;
  if (status === "interrupted") return exitCodes.interrupted;
  return (
    (error !== undefined && Object.hasOwn(byCode, error.code) ? byCode[error.code] : undefined) ?? exitCodes.failed
  );
}

/** An error before a run exists, as an exit code. */
export function exitCodeOfError(error: unknown): number {
  if (!IceError.is(error)) return exitCodes.internal;
  const { code } = error;
  if (code === "ICE_USAGE" || code === "ICE_REQUEST_INVALID") return exitCodes.usage;
  if (notFoundCodes.has(code)) return exitCodes.notFound;
  // Something in front of a server may answer for it, without a code.
  const isDenied = "status" in error && (error.status === 401 || error.status === 403);
  if (isDenied || permissionCodes.has(code)) return exitCodes.permission;
  if (serverCodes.has(code)) return exitCodes.store;
  // The store is available, but the run belongs to another process.
  if (code === "ICE_STORE_OWNED" || code === "ICE_STORE_FENCED") return exitCodes.failed;
  if (code === "ICE_STORE_BLUEPRINT_CHANGED" || invalidCodes.has(code) || code.startsWith("ICE_BLUEPRINT_"))
    return exitCodes.invalid;
  if (code.startsWith("ICE_STORE_")) return exitCodes.store;
  return code === "ICE_INTERNAL" ? exitCodes.internal : exitCodes.failed;
}
