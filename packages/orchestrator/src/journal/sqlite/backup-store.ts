import { closeSync, constants, existsSync, openSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { IceError } from "@ice/core";
import { toStoreError } from "./store-error.ts";

/** Pages that are copied in one step, between which other connections may write. */
const pagesPerStep = 500;

/**
 * Copies the file of a store while processes use it. The copy is a store of its own, with the state of one moment, all tenants and
 * their secrets included; only its owner can read it.
 *
 * @param from - path of the store.
 * @param to - path of the copy, which must not exist.
 * @throws IceError `ICE_USAGE` (the copy exists), `ICE_FILE_NOT_FOUND`, `ICE_STORE_*`.
 */
export async function backupSqliteStore(from: string, to: string): Promise<void> {
  const [source, target] = [resolve(from), resolve(to)];
  if (!existsSync(source))
    throw new IceError("ICE_FILE_NOT_FOUND", `There is no store at ${source}.`, { fix: "name its file" });
  reserve(target);
  // Imported here, as the store itself: a process that backs up nothing does not load SQLite.
  const { DatabaseSync, backup } = await import("node:sqlite");
  try {
    const database = new DatabaseSync(source, { readOnly: true, timeout: 5000 });
    try {
      await backup(database, target, { rate: pagesPerStep });
    } finally {
      database.close();
    }
  } catch (error) {
    rmSync(target, { force: true });
    throw toStoreError(error, source);
  }
}

/** Creates the file of the copy, which only its owner can read. */
function reserve(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (cause) {
    throw new IceError(
      "ICE_USAGE",
      `The copy cannot be created at ${path}: it exists already, or its directory does not.`,
      {
        fix: "name a new file in a directory that exists",
        details: { path },
        cause,
      },
    );
  }
}
