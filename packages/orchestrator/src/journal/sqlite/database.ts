import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { IceError } from "@ice/core";

/** A connection with its prepared statements. Their texts are literals in this folder, so their number is bounded. */
export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #file: string;

  constructor(connection: DatabaseSync, path: string) {
    this.#connection = connection;
    this.path = path;
    this.#file = this.#identity();
  }

  /** The caller asserts the type of the rows: the tables are STRICT. */
  get<Row extends object>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all<Row extends object>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /** @returns the number of changed rows. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** Runs `work` in a transaction that holds the write lock from its start. An error that `work` throws rolls it back. */
  transact<T>(work: () => T): T {
    return this.#within("BEGIN IMMEDIATE", () => {
      const result = work();
      this.#assertFile();
      return result;
    });
  }

  /** Runs reads that see one state. */
  snapshot<T>(work: () => T): T {
    return this.#within("BEGIN", work);
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #within<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.run("COMMIT");
      return result;
    } catch (error) {
      // SQLite rolls back by itself on some errors (a full disk), not on most.
      if (this.#connection.isTransaction) this.run("ROLLBACK");
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#connection.prepare(sql)));
    return statement;
  }

  /** SQLite keeps writing to a file that was deleted or replaced, and all of it would be lost with the process. */
  #assertFile(): void {
    if (this.#identity() === this.#file) return;
    throw new IceError("ICE_STORE_UNAVAILABLE", `${this.path} was removed or replaced.`, {
      fix: "put the file back, or open the store again",
      details: { path: this.path },
    });
  }

  #identity(): string {
    const file = statSync(this.path, { throwIfNoEntry: false });
    return file === undefined ? "" : `${file.dev}/${file.ino}`;
  }
}
