import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { IceError, messageOf } from "@ice/core";
import { didYouMean } from "@ice/core/internal";

/** The error for a file that does not exist, with a similar name in its directory. `named`: as it was written. */
export function missingFile(cwd: string, named: string): IceError {
  return new IceError("ICE_FILE_NOT_FOUND", `There is no file "${named}".`, {
    fix: similarName(cwd, named) || "check the path",
    details: { file: named },
  });
}

/**
 * The error for a file that could not be read: it does not exist, it may not be read, or it is no file.
 *
 * @param cause - the error of the file system.
 */
export function unreadableFile(cwd: string, named: string, cause: unknown): IceError {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return missingFile(cwd, named);
  const details = { file: named };
  if (code === "EACCES" || code === "EPERM")
    return new IceError("ICE_FILE_DENIED", `No permission to read the file "${named}".`, {
      cause,
      fix: "give the user that runs ice permission to read it",
      details,
    });
  const what = code === "EISDIR" ? "is a directory" : `cannot be read: ${messageOf(cause)}`;
  return new IceError("ICE_FILE_NOT_FOUND", `"${named}" ${what}.`, { cause, fix: "name a file", details });
}

/** The error for a store that does not exist. `named`: its path as it was written. */
export function missingStore(cwd: string, named: string): IceError {
  return new IceError("ICE_FILE_NOT_FOUND", `There is no store "${named}".`, {
    fix: similarName(cwd, named) || "check --store; this command does not create a store",
    details: { file: named },
  });
}

function similarName(cwd: string, named: string): string {
  try {
    const folder = dirname(named);
    const meant = didYouMean(basename(named), readdirSync(resolve(cwd, folder)));
    return meant.replace(/"(.*)"/s, (_all, name: string) => `"${join(folder, name)}"`);
  } catch {
    return ""; // the directory does not exist either
  }
}
