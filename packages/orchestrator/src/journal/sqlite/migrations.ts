import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { addOrigins, hasRunsWithoutOrigin } from "./origins.ts";
import { damaged, wrongVersion } from "./store-error.ts";

/** `application_id` of a store, "ice1": distinguishes it from the database of another program. */
const applicationId = 0x69636531;

/**
 * Steps from one schema version to the next; `PRAGMA user_version` counts those that were applied. A published step never
 * changes. The row of a run holds what changes and what lists need; its record 0 holds what was started, and `origins` repeats
 * for lists what rows of version 1 have no column for. `placed` lists the blob references of a record or signal.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE owners (
    id TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, process TEXT NOT NULL,
    lease_ms REAL NOT NULL, lease_until REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL, version TEXT NOT NULL,
    status TEXT NOT NULL, started_at REAL NOT NULL, updated_at REAL NOT NULL, ended_at REAL,
    records INTEGER NOT NULL, signals INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL, owner TEXT REFERENCES owners (id) ON DELETE SET NULL, cancel TEXT
  ) STRICT;
  CREATE INDEX runs_by_start ON runs (started_at, id);
  CREATE INDEX runs_by_status ON runs (status, started_at, id);
  CREATE INDEX runs_by_workflow ON runs (workflow, started_at, id);
  CREATE INDEX runs_by_end ON runs (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX runs_by_owner ON runs (owner) WHERE owner IS NOT NULL;
  CREATE TABLE records (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE signals (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY (run, seq), UNIQUE (run, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blobs (hash TEXT NOT NULL UNIQUE, content BLOB NOT NULL) STRICT;
  CREATE TABLE placed (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, source TEXT NOT NULL, seq INTEGER NOT NULL,
    place TEXT NOT NULL, hash TEXT NOT NULL REFERENCES blobs (hash),
    PRIMARY KEY (run, source, seq, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX placed_by_hash ON placed (hash);
  `,
  `
  CREATE TABLE origins (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE, kind TEXT NOT NULL, started_by TEXT, path TEXT
  ) STRICT;
  `,
];

/**
 * Migrates the schema to the current version.
 *
 * @throws IceError `ICE_STORE_VERSION` if a newer ice has written it, `ICE_STORE_UNAVAILABLE` if it is not a store of ice.
 */
export function migrate(database: Database): void {
  if (versionOf(database) === migrations.length && !hasRunsWithoutOrigin(database)) return;
  database.transact(() => {
    // Read again: another process may have migrated before this one got the lock.
    const version = versionOf(database);
    for (const step of migrations.slice(version)) database.exec(step);
    addOrigins(database);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
  });
}

function versionOf(database: Database): number {
  const { path } = database;
  const version = database.get<{ user_version: number }>("PRAGMA user_version")!.user_version;
  const id = database.get<{ application_id: number }>("PRAGMA application_id")!.application_id;
  const isEmpty = database.get("SELECT 1 FROM sqlite_schema") === undefined;
  if (!isEmpty && id !== applicationId)
    throw new IceError("ICE_STORE_UNAVAILABLE", `${path} is a database of another program.`, {
      fix: "name another file",
      details: { path },
    });
  if (version > migrations.length)
    throw wrongVersion(path, { what: `The store ${path}`, version, reads: `versions up to ${migrations.length}` });
  assertOwnSchema(database, version);
  return version;
}

/** The SQL of each step, as SQLite stores it. */
const statementsOf = (step: string): readonly string[] => step.split(";").map((statement) => statement.trim());

/**
 * Checks that the tables and indexes are literally those that ice creates. A view, a trigger or a computed column in their place
 * would run code of unbounded duration, and a table of other types would return other values. Objects that SQLite creates itself
 * have no SQL; its statistics are harmless.
 */
function assertOwnSchema(database: Database, version: number): void {
  const own = new Set(migrations.slice(0, version).flatMap(statementsOf));
  const found = database.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('sqlite_stat1', 'sqlite_stat4')",
  );
  const other = found.find(({ sql }) => !own.delete(sql));
  if (other !== undefined) throw damaged(database.path, `"${shorten(other.name)}" in it was not made by ice`);
  own.delete("");
  const [missing] = own;
  if (missing !== undefined)
    throw damaged(database.path, `it has no ${missing.split(" (", 1)[0]!.slice("CREATE ".length)}`);
}
