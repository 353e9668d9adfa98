import { IceError } from "@ice/core";

/** A file that a tool may not touch, and what to do about it. */
export function denied(path: string, why: string, fix: string, cause?: unknown): IceError {
  return new IceError("ICE_FILE_DENIED", `"${path}" ${why}.`, {
    fix,
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Answers of the system that another attempt does not change. Others (no space, too many open files) may pass. */
const reasons: ReadonlyMap<unknown, readonly [why: string, fix: string]> = new Map([
  ["EACCES", ["is not permitted by the system", "check its permissions"]],
  ["EPERM", ["is not permitted by the system", "check its permissions"]],
  ["EROFS", ["lies on a file system that cannot be written", "use another directory"]],
  ["ENOTDIR", ["has something in its path that is no directory", "check the path"]],
  ["EEXIST", ["has something in its path that is no directory", "check the path"]],
  ["ELOOP", ["is a link that cannot be followed", "name the file itself"]],
  ["EISDIR", ["is not a regular file", "name a file"]],
  ["ENXIO", ["is not a regular file", "name a file"]],
  ["ENOENT", ["disappeared while it was used", "try again"]],
  ["ENAMETOOLONG", ["is too long a name for the system", "choose a shorter one"]],
]);

/** Does the work; an error of the file system becomes a denial, where it is one. */
export async function refusing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = reasons.get(code);
    throw reason === undefined ? error : denied(path, reason[0], reason[1], error);
  }
}
