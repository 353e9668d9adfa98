import { DatabaseSync } from "node:sqlite";
import { IceError } from "@ice/core";
import { shorten, damaged, wrongVersion } from "@ice/core/internal";
import type { Database } from "./database.ts";
import { addPlacesAndRequests } from "./places-and-requests.ts";
import { addOrigins, hasRunsWithoutOrigin } from "./origins.ts";

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
  // A new table, because SQLite cannot remove the uniqueness of `run_id` alone. Processes of an older ice continue to write to it.
  `
  CREATE TABLE runs_of_tenants (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL DEFAULT 'default', run_id TEXT NOT NULL,
    workflow TEXT NOT NULL, version TEXT NOT NULL,
    status TEXT NOT NULL, started_at REAL NOT NULL, updated_at REAL NOT NULL, ended_at REAL,
    records INTEGER NOT NULL, signals INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL, owner TEXT REFERENCES owners (id) ON DELETE SET NULL, cancel TEXT,
    UNIQUE (tenant, run_id)
  ) STRICT;
  INSERT INTO runs_of_tenants (id, run_id, workflow, version, status, started_at, updated_at, ended_at, records, signals, epoch, owner, cancel)
    SELECT id, run_id, workflow, version, status, started_at, updated_at, ended_at, records, signals, epoch, owner, cancel FROM runs;
  DROP TABLE runs;
  ALTER TABLE runs_of_tenants RENAME TO runs;
  CREATE INDEX runs_by_start ON runs (tenant, started_at, id);
  CREATE INDEX runs_by_status ON runs (tenant, status, started_at, id);
  CREATE INDEX runs_by_workflow ON runs (tenant, workflow, started_at, id);
  CREATE INDEX runs_by_end ON runs (tenant, ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX runs_by_owner ON runs (owner) WHERE owner IS NOT NULL;
  `,
  `
  CREATE TABLE turns (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, thread TEXT NOT NULL, key TEXT NOT NULL, length INTEGER NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL, checksum INTEGER NOT NULL,
    UNIQUE (tenant, thread, key)
  ) STRICT;
  CREATE INDEX turns_by_thread ON turns (tenant, thread, id, length);
  `,
  `
  ALTER TABLE runs ADD COLUMN resume_at REAL;
  CREATE INDEX runs_by_resume ON runs (tenant, resume_at) WHERE resume_at IS NOT NULL;
  CREATE TABLE cached (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, key TEXT NOT NULL, expires_at REAL NOT NULL,
    version INTEGER NOT NULL, body TEXT NOT NULL, checksum INTEGER NOT NULL,
    UNIQUE (tenant, key)
  ) STRICT;
  CREATE INDEX cached_by_end ON cached (tenant, expires_at);
  `,
  // `seen`: how many signals a run had when it was suspended. `place`: how many records it had when a signal was recorded.
  `
  ALTER TABLE runs ADD COLUMN created_by TEXT;
  ALTER TABLE runs ADD COLUMN request_hash TEXT;
  ALTER TABLE runs ADD COLUMN hosted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX runs_hosted ON runs (status, resume_at) WHERE hosted = 1 AND ended_at IS NULL;
  CREATE INDEX runs_signalled ON runs (id) WHERE hosted = 1 AND status = 'suspended' AND signals > seen;
  ALTER TABLE signals ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE requests (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    tenant TEXT NOT NULL, path TEXT NOT NULL, request INTEGER NOT NULL, at REAL NOT NULL,
    UNIQUE (run, seq)
  ) STRICT;
  CREATE INDEX requests_by_time ON requests (tenant, at, id);
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, tenant TEXT NOT NULL, scopes TEXT NOT NULL, digest TEXT NOT NULL,
    created_at REAL NOT NULL, expires_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE blueprints (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL, version TEXT NOT NULL,
    hash TEXT NOT NULL, created_at REAL NOT NULL, created_by TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (tenant, name, revision)
  ) STRICT;
  CREATE TABLE schedules (
    tenant TEXT NOT NULL, name TEXT NOT NULL, last_due REAL NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;
  `,
  // For lists, which read no records. Null for the runs of older versions, and kept so.
  `
  ALTER TABLE runs ADD COLUMN nodes INTEGER;
  ALTER TABLE runs ADD COLUMN failure TEXT;
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
    if (version > 0 && version < 6) addPlacesAndRequests(database);
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
      fix: "use another file",
      details: { path },
    });
  if (version > migrations.length)
    throw wrongVersion(path, { what: `The store ${path}`, version, reads: `versions up to ${migrations.length}` });
  assertOwnSchema(database, version);
  return version;
}

/** The SQL of tables and indexes after the first `version` steps, as SQLite stores it. */
function ownSchema(version: number): Set<string> {
  const empty = new DatabaseSync(":memory:");
  try {
    for (const step of migrations.slice(0, version)) empty.exec(step);
    return new Set(
      empty
        .prepare(createdSql)
        .all()
        .map((row) => String(row["sql"])),
    );
  } finally {
    empty.close();
  }
}

/** Objects that SQLite creates itself have no SQL; its statistics are harmless. */
const createdSql =
  "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT IN ('sqlite_stat1', 'sqlite_stat4')";

/**
 * Checks that the tables and indexes are literally those that ice creates. A view, a trigger or a computed column in their place
 * would run code of unbounded duration, and a table of other types would return other values.
 */
function assertOwnSchema(database: Database, version: number): void {
  const own = ownSchema(version);
  const other = database.all<{ name: string; sql: string }>(createdSql).find(({ sql }) => !own.delete(sql));
  if (other !== undefined) throw damaged(database.path, `"${shorten(other.name)}" in it was not created by ice`);
  const [missing] = own;
  if (missing !== undefined)
    throw damaged(database.path, `it has no ${missing.split(" (", 1)[0]!.slice("CREATE ".length)}`);
}
