import { IceError } from "@ice/core";
import { systemReason } from "@ice/core/internal";

const maxShown = 200;
const maxKept = 4096;

/** An untrusted path in a message: the beginning is enough to find it. */
export const shown = (path: string): string => (path.length > maxShown ? `${path.slice(0, maxShown)}…` : path);

/** The error for a file that is not accessible, with its fix. */
export function denied(
  path: string,
  why: string,
  { fix, cause, ...details }: { readonly fix: string; readonly cause?: unknown; readonly [detail: string]: unknown },
): IceError {
  return new IceError("ICE_FILE_DENIED", `"${shown(path)}" ${why}.`, {
    fix,
    details: { path: path.slice(0, maxKept), ...details },
    cause,
  });
}

export function notFound(path: string, fix = "", cause?: unknown): IceError {
  return new IceError("ICE_FILE_NOT_FOUND", `There is no file "${shown(path)}".`, {
    fix: fix || "check the path",
    details: { path: path.slice(0, maxKept) },
    cause,
  });
}

/** Error codes that another attempt would not change. Others (no space, too many open files) may be temporary. */
const reasons: ReadonlyMap<unknown, readonly [why: string, fix: string]> = new Map([
  ["EACCES", ["is not permitted by the system", "check its permissions"]],
  ["EPERM", ["is not permitted by the system", "check its permissions"]],
  ["EROFS", ["is on a read-only file system", "use another directory"]],
  ["ENOTDIR", ["has a part in its path that is not a directory", "check the path"]],
  ["EEXIST", ["has a part in its path that is not a directory", "check the path"]],
  ["ELOOP", ["is a link that cannot be followed", "name the file itself"]],
  ["EISDIR", ["is not a regular file", "name a file"]],
  ["ENXIO", ["is not a regular file", "name a file"]],
  ["ENOENT", ["was removed while it was in use", "try again"]],
  ["ENAMETOOLONG", ["has a name that is too long for the system", "choose a shorter name"]],
]);

/** Does the work; an error of the file system that means a denial becomes one. */
export async function withFileErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFileError(path, error);
  }
}

/**
 * Converts an error of the file system. Its message names the resolved path, which the caller need not know; one that means no
 * denial keeps its code.
 */
export function toFileError(path: string, error: unknown): unknown {
  const code = errorCodeOf(error);
  const reason = reasons.get(code);
  if (reason !== undefined) return denied(path, reason[0], { fix: reason[1], cause: error });
  if (!(error instanceof Error) || typeof code !== "string" || !systemCode.test(code)) return error;
  return Object.assign(new Error(`"${shown(path)}" cannot be accessed: ${systemReason(error)}`, { cause: error }), {
    code,
  });
}

/** `EMFILE`, unlike `ABORT_ERR` and `ERR_INVALID_ARG_TYPE`. */
const systemCode = /^E[A-Z\d]+$/;

/** `ENOENT` and the like. */
export const errorCodeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;
