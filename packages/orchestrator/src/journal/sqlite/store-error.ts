import { IceError, messageOf, type IceErrorCode } from "@ice/core";

/** The meaning of primary result codes of SQLite (https://sqlite.org/rescode.html) for users of the store. */
const meanings: ReadonlyMap<number, readonly [code: IceErrorCode, message: string, fix: string]> = new Map([
  [3, ["ICE_STORE_READONLY", "is not writable for this user", "give write permission to the file and its directory"]],
  [5, ["ICE_STORE_LOCKED", "is locked by another program", "close the other program, or use another store"]],
  [6, ["ICE_STORE_LOCKED", "is locked by another program", "close the other program, or use another store"]],
  [8, ["ICE_STORE_READONLY", "cannot be written", "give write permission to the file and its directory"]],
  [10, ["ICE_STORE_UNAVAILABLE", "cannot be read or written", "check the disk, then resume"]],
  [11, ["ICE_STORE_CORRUPT", "is damaged", "restore a backup, or start with a new store"]],
  [13, ["ICE_STORE_FULL", "has no space to grow", "free disk space, then resume"]],
  [14, ["ICE_STORE_UNAVAILABLE", "cannot be opened", "check that the path is that of a writable file"]],
  [18, ["ICE_STORE_FULL", "cannot hold a value of this size", "keep large data in files and pass their paths"]],
  // A violated constraint: there are rows that ice has not written.
  [19, ["ICE_STORE_CORRUPT", "is damaged", "restore a backup, or start with a new store"]],
  [26, ["ICE_STORE_CORRUPT", "is not a store of ice, or is damaged", "use another file, or restore a backup"]],
]);

/** Codes of the file system, for errors before SQLite opens the file. */
const fileMeanings: Readonly<Record<string, number>> = { EACCES: 3, EPERM: 3, EROFS: 8, ENOSPC: 13, EDQUOT: 13 };

/** Another connection holds the lock: SQLITE_BUSY, SQLITE_LOCKED. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 5 || code === 6;
}

/** Any failure of the store as an IceError with the path of the store; an IceError is returned unchanged. */
export function toStoreError(cause: unknown, path: string): IceError {
  if (IceError.is(cause)) return cause;
  const meaning = meanings.get(meaningCode(cause) ?? -1);
  if (meaning === undefined)
    return new IceError("ICE_INTERNAL", `The store ${path} failed: ${messageOf(cause)}.`, { cause, details: { path } });
  const [iceCode, what, fix] = meaning;
  return new IceError(iceCode, `The store ${path} ${what}: ${messageOf(cause)}.`, {
    cause,
    fix,
    retryable: iceCode === "ICE_STORE_LOCKED",
    details: { path },
  });
}

/** A key of `meanings`. */
function meaningCode(error: unknown): number | undefined {
  const sqlite = primaryCode(error);
  if (sqlite !== undefined) return meanings.has(sqlite) ? sqlite : 10;
  const code = errorCode(error);
  // ice never writes an integer that JavaScript cannot represent.
  if (code === "ERR_OUT_OF_RANGE") return 11;
  if (typeof error === "object" && error !== null && "syscall" in error) return fileMeanings[code ?? ""] ?? 14;
  return undefined;
}

function primaryCode(error: unknown): number | undefined {
  return typeof error === "object" && error !== null && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

function errorCode(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
}
