import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { didYouMean, IceError, messageOf } from "@ice/core";

/** A file of the command line that is not there, with the neighbour that was meant. `named`: as it was written. */
export function missingFile(cwd: string, named: string): IceError {
  return new IceError("ICE_FILE_NOT_FOUND", `There is no file "${named}".`, {
    fix: neighbour(cwd, named) || "check the path",
    details: { file: named },
  });
}

/**
 * A file of the command line that could not be read: it is not there, it may not be read, or it is something else.
 *
 * @param cause - what the file system said.
 */
export function unreadableFile(cwd: string, named: string, cause: unknown): IceError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return missingFile(cwd, named);
  const details = { file: named };
  if (code === "EACCES" || code === "EPERM")
    return new IceError("ICE_FILE_DENIED", `The file "${named}" may not be read.`, {
      cause,
      fix: "give the user who runs ice permission to read it",
      details,
    });
  const what = code === "EISDIR" ? "is a directory" : `cannot be read: ${messageOf(cause)}`;
  return new IceError("ICE_FILE_NOT_FOUND", `"${named}" ${what}.`, { cause, fix: "name a file", details });
}

/** A store of the command line that is not there, where one is only looked at. `named`: its path as it was written. */
export function missingStore(cwd: string, named: string): IceError {
  return new IceError("ICE_FILE_NOT_FOUND", `There is no store "${named}".`, {
    fix: neighbour(cwd, named) || "check --store; a new store is made by running something, not by looking",
    details: { file: named },
  });
}

function neighbour(cwd: string, named: string): string {
  try {
    const folder = dirname(named);
    const meant = didYouMean(basename(named), readdirSync(resolve(cwd, folder)));
    return meant.replace(/"(.*)"/s, (_all, name: string) => `"${join(folder, name)}"`);
  } catch {
    return ""; // the directory is not there either
  }
}
