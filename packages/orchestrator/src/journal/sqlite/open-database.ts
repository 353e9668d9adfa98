import { closeSync, constants, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { IceError } from "@ice/core";
import { damaged } from "@ice/core/internal";
import { Database } from "./database.ts";
import { migrate } from "./migrations.ts";

/** Does not block on a pipe. */
const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/** Opens a file with the current schema, and creates it and its directory if they are missing. */
export function openDatabase(path: string): Database {
  makeDirectory(dirname(path));
  for (const side of ["", "-wal", "-shm", "-journal"]) assertRegularFile(`${path}${side}`);
  // SQLite creates its other files with the mode of this one.
  closeSync(openSync(path, appending, 0o600));
  assertWhole(path);
  // Locks are waited for with timers: the busy handler of SQLite would block the event loop.
  const connection = new DatabaseSync(path, { timeout: 0 });
  try {
    const database = new Database(connection, path);
    assertWal(database);
    // While tables are replaced, rows may refer to missing ones; this cannot be changed within a transaction.
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF");
    database.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
    migrate(database);
    database.exec("PRAGMA foreign_keys = ON");
    return database;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Level by level: `mkdir` with `recursive` never returns in a directory that can be read but not written, such as `/proc`. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!existsSync(path)) throw error; // otherwise another process was first
  }
}

/** SQLite would block on a pipe for ever. */
function assertRegularFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== false) return;
  throw new IceError("ICE_STORE_UNAVAILABLE", `The store cannot be opened: ${path} is not a regular file.`, {
    fix: "use a file on a local disk",
    details: { path },
  });
}

/** SQLite takes the first bytes of a truncated file for a new database. Its header has 100 bytes. */
function assertWhole(path: string): void {
  const { size } = statSync(path);
  if (size > 0 && size < 100) throw damaged(path, `it has ${size} bytes`);
}

function assertWal(database: Database): void {
  const { journal_mode: mode } = database.get<{ journal_mode: string }>("PRAGMA journal_mode = WAL")!;
  if (mode === "wal") return;
  throw new IceError("ICE_STORE_UNAVAILABLE", `${database.path} cannot have a write-ahead log (it has "${mode}").`, {
    fix: "put the store on a local disk",
    details: { path: database.path },
  });
}
