import { DatabaseSync } from "node:sqlite";
import { IceError, type JournalRecord, type RunStore, type StoredRun } from "@ice/core";
import { journalOf, outcome, suspended } from "./sample-run.ts";
import { sqliteFixture, type SqliteFixture } from "./sqlite-fixture.ts";

const large = "ice ".repeat(20_000);

/** Of the run `r`, after its head. */
export const records: readonly JournalRecord[] = [
  outcome("a", { n: 1 }),
  outcome("b", { text: large }),
  outcome("c", [true, null, "ä"]),
  suspended,
];

export interface TamperedStore extends SqliteFixture {
  /** The run `r` before anything was changed. */
  readonly healthy: StoredRun;
  /** Changes the file behind the store's back. */
  tamper(change: Change): void;
  /** How a reading of the run `r` ends: "no error", or the code of its error. */
  codeOfRead(): Promise<string>;
}

export type Change = (database: DatabaseSync) => void;

export const sql =
  (text: string): Change =>
  (database) =>
    database.exec(text);

/** Rows of the run `r` in other tables. */
export const inRun = "run = (SELECT id FROM runs WHERE run_id = 'r')";

/** A store with the run `r`, which has a large value and a signal, and the run `other`. */
export async function tamperedStore(): Promise<TamperedStore> {
  const fixture = await sqliteFixture();
  const { store, path } = fixture;
  await journalOf(store, "r", records);
  await store.signal("r", { id: "s", path: "a", value: { yes: true }, by: "ann", at: 1 });
  await journalOf(store, "other", [outcome("a", 2), outcome("z", 3), suspended]);
  return {
    ...fixture,
    healthy: await store.read("r"),
    tamper(change) {
      const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
      try {
        change(database);
      } finally {
        database.close();
      }
    },
    codeOfRead: () => codeOf(store),
  };
}

async function codeOf(store: RunStore): Promise<string> {
  return store.read("r").then(
    () => "no error",
    (error: unknown) => (IceError.is(error) ? error.code : String(error)),
  );
}
