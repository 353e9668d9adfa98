import { setTimeout as delay } from "node:timers/promises";
import { Client, Pool, type ClientBase, type ClientConfig } from "pg";
import { IceError, storeClosed } from "@ice/core";
import type { PostgresAddress } from "./postgres-address.ts";
import { assertOwnSession } from "./pooler.ts";
import { isConnectionLost, isTransient, toStoreError } from "./store-error.ts";
import { toStoredText } from "./stored-text.ts";
import { storedTypes } from "./stored-types.ts";

/** A value of a parameter. */
export type Value = string | number | boolean | null | Uint8Array | readonly (string | number | boolean | null)[];

/** What statements are run with: a connection from the pool for each, or the connection of a transaction. */
export interface Queries {
  /** The caller asserts the type of the rows. Texts of statements are literals, so their number is bounded. */
  all<Row extends object>(sql: string, ...values: readonly Value[]): Promise<readonly Row[]>;
  get<Row extends object>(sql: string, ...values: readonly Value[]): Promise<Row | undefined>;
  /** @returns the number of changed rows. */
  run(sql: string, ...values: readonly Value[]): Promise<number>;
}

/** Statements on one connection. */
export interface Connected extends Queries {
  readonly client: ClientBase;
}

/** Limits of time on one connection, in milliseconds. */
export interface StatementLimits {
  /** Until it is connected. */
  readonly connectMs: number;
  /** For a statement. */
  readonly statementMs: number;
}

/** Limits of time, in milliseconds. */
export interface DatabaseLimits extends StatementLimits {
  /** How long work is tried again while the database is away. */
  readonly awayMs: number;
}

/** Connections for reading and for single changes; as many are used by the lanes of commits, and one for heartbeats. */
const connections = 4;

/** How much longer an answer is waited for than a statement may take, in milliseconds: a server that is frozen does not end it itself. */
const answerMs = 1000;

/** Delays between attempts; the last one repeats. Each is varied by up to half. */
const delaysMs = [20, 50, 100, 250, 500, 1000] as const;

/** The connections to a database, opened when they are first needed. They do not keep the process alive while they are idle. */
export class Database implements Queries {
  readonly url: string;
  readonly schema: string;
  readonly #limits: DatabaseLimits;
  readonly #config: ClientConfig;
  readonly #types = storedTypes();
  readonly #reads: Pool;
  readonly #writes: Pool;
  readonly #closing = new AbortController();
  /** Whether a connection has a session of Postgres for itself; it is found out once. */
  #ownSession: Promise<void> | undefined;
  #wasReached = false;

  constructor({ connectionString, schema, shown }: PostgresAddress, limits: DatabaseLimits) {
    this.url = shown;
    this.schema = schema;
    this.#limits = limits;
    this.#config = {
      connectionString,
      application_name: "ice",
      keepAlive: true,
      connectionTimeoutMillis: limits.connectMs,
      query_timeout: limits.statementMs + answerMs,
    };
    [this.#reads, this.#writes] = [this.#pool(this.#types), this.#pool(this.#types)];
  }

  all<Row extends object>(sql: string, ...values: readonly Value[]): Promise<readonly Row[]> {
    return this.#patiently(() => this.#with(this.#reads, (queries) => queries.all<Row>(sql, ...values)));
  }

  async get<Row extends object>(sql: string, ...values: readonly Value[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...values))[0];
  }

  run(sql: string, ...values: readonly Value[]): Promise<number> {
    return this.#patiently(() => this.#with(this.#reads, (queries) => queries.run(sql, ...values)));
  }

  /** Runs a statement that may be lost: it is tried once, and does not fail. */
  async attempt(sql: string, ...values: readonly Value[]): Promise<void> {
    await this.#with(this.#reads, (queries) => queries.run(sql, ...values)).catch(() => {});
  }

  /**
   * Does work in a transaction, and again if the connection was lost.
   *
   * @param work - called again with the number of the attempt, from 0: an earlier one may have been committed.
   */
  transact<T>(work: (queries: Connected, attempt: number) => Promise<T>): Promise<T> {
    return this.#patiently((attempt) =>
      this.#with(this.#reads, (queries) => inTransaction(queries, () => work(queries, attempt))),
    );
  }

  /** Does work on a connection of the lanes; errors are those of `pg`. */
  onLane<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#with(this.#writes, work);
  }

  /**
   * A connection of its own, for what must not wait for others. Once it is connected, it has to be configured.
   *
   * @param limits - shorter ones than those of the others. Default: the same.
   */
  connection({ connectMs, statementMs }: StatementLimits = this.#limits): Client {
    const times = { connectionTimeoutMillis: connectMs, query_timeout: statementMs + answerMs };
    return new Client({ ...this.#config, ...times, types: this.#types });
  }

  /**
   * Gives a new connection its settings. They are not sent when it begins, because poolers refuse or forget what they do not know there.
   *
   * @param limits - as for `connection`.
   * @throws IceError `ICE_STORE_UNAVAILABLE` if a pooler shares connections. @throws an error of Postgres if it may only read: it would
   * stay so when others can write again.
   */
  async configure(client: ClientBase, { statementMs }: StatementLimits = this.#limits): Promise<void> {
    this.#ownSession ??= this.#assertOwnSession(client);
    await this.#ownSession.catch((error: unknown) => {
      this.#ownSession = undefined;
      throw error;
    });
    const { rows } = await client.query<{ readOnly: string }>(
      `SELECT set_config('search_path', $1, false), set_config('statement_timeout', $2, false),
        set_config('lock_timeout', $3, false), set_config('idle_in_transaction_session_timeout', $4, false),
        set_config('default_transaction_isolation', 'read committed', false), set_config('array_nulls', 'on', false),
        set_config('extra_float_digits', '1', false),
        current_setting('transaction_read_only') AS "readOnly"`,
      [this.schema, `${statementMs}`, `${Math.ceil(statementMs / 2)}`, `${statementMs * 2}`],
    );
    if (rows[0]?.readOnly === "on") throw readOnly();
  }

  /** Waits before another attempt. @returns false if there is to be none, because of the time or because the store is closed. */
  async wait(attempt: number, since: number): Promise<boolean> {
    if (performance.now() - since > this.#limits.awayMs || this.#closing.signal.aborted) return false;
    const ms = delaysMs[Math.min(attempt, delaysMs.length - 1)]! * (0.75 + Math.random() / 2);
    return delay(ms, true, { signal: this.#closing.signal }).catch(() => true);
  }

  /** Whether nothing waits for a database that is away any more. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** From now on nothing waits for a database that is away. */
  hurry(): void {
    this.#closing.abort();
  }

  async close(): Promise<void> {
    this.hurry();
    await Promise.all([endOf(this.#reads), endOf(this.#writes)]);
  }

  /** Before the database was reached for the first time, its absence is reported at once. */
  async #patiently<T>(work: (attempt: number) => Promise<T>): Promise<T> {
    const since = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work(attempt);
      } catch (error) {
        const again = isTransient(error) && (this.#wasReached || !isConnectionLost(error));
        if (!again || !(await this.wait(attempt, since))) throw toStoreError(error, this.url);
      }
    }
  }

  async #verify(client: ClientBase, done: (error?: Error) => void): Promise<void> {
    let failure: Error | undefined;
    try {
      await this.configure(client);
    } catch (error) {
      failure = error as Error; // `pg` and ice throw nothing else
    }
    done(failure);
  }

  async #assertOwnSession(client: ClientBase): Promise<void> {
    const other = this.connection();
    other.on("error", () => {});
    const connect = async (): Promise<ClientBase> => {
      await other.connect();
      return other;
    };
    try {
      await assertOwnSession(client, connect, this.url);
    } finally {
      await endOf(other);
    }
  }

  async #with<T>(pool: Pool, work: (queries: Connected) => Promise<T>): Promise<T> {
    if (pool.ending) throw storeClosed(this.url);
    const client = await pool.connect();
    this.#wasReached = true;
    try {
      const result = await work(queriesOn(client));
      client.release();
      return result;
    } catch (error) {
      // After a time limit the connection still waits for its answer.
      client.release(isConnectionLost(error));
      throw error;
    }
  }

  /** Connections for DBOS, which stores texts as they are. They do not keep the process alive while they are idle. Closed by the caller. */
  pool(): Pool {
    return this.#pool();
  }

  #pool(types?: ClientConfig["types"]): Pool {
    const pool = new Pool({
      ...this.#config,
      types,
      max: connections,
      allowExitOnIdle: true,
      idleTimeoutMillis: 60_000,
      verify: (client, done) => void this.#verify(client, done),
    });
    // The statement that uses a lost connection gets the error; an idle one is replaced when it is needed.
    pool.on("error", () => {});
    pool.on("connect", (client) => void client.on("error", () => {}));
    return pool;
  }
}

/** What Postgres says when a session that may only read writes. DBOS tries again after what it takes for a lost connection, as the cause is. */
const readOnly = (): Error =>
  Object.assign(new Error("transactions are read-only", { cause: { code: "57P03" } }), { code: "25006" });

/** How long to wait for a server to take leave, in milliseconds; one that is frozen does not. */
const leaveMs = 1000;

/** Ends a connection, or several. */
export const endOf = (connection: { end(): Promise<void> }): Promise<void> => soon(connection.end());

/** Waits for what ends soon, but not longer than for a server to take leave. The timer keeps the process alive; idle connections do not. */
export async function soon(work: Promise<void>): Promise<void> {
  const timeout = new AbortController();
  const late = delay(leaveMs, undefined, { signal: timeout.signal }).catch(() => {});
  await Promise.race([work.catch(() => {}), late]);
  timeout.abort();
}

/** Names of prepared statements by their texts. */
const names = new Map<string, string>();

/** A statement that is prepared once for each connection. */
function statement(text: string, values: readonly Value[]): { name?: string; text: string; values?: unknown[] } {
  // Nothing of these is worth preparing.
  if (/^(?:BEGIN|COMMIT|ROLLBACK)$/.test(text)) return { text };
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `ice_${names.size}`));
  return { name, text, values: values.map(toParameter) };
}

function toParameter(value: Value): unknown {
  if (typeof value === "string") return toStoredText(value);
  return Array.isArray(value) ? value.map((one: Value) => (typeof one === "string" ? toStoredText(one) : one)) : value;
}

/** Statements on one connection, one after the other. */
export function queriesOn(client: ClientBase): Connected {
  const all = async <Row extends object>(sql: string, ...values: readonly Value[]): Promise<readonly Row[]> =>
    (await client.query<Row>(statement(sql, values))).rows;
  return {
    client,
    all,
    get: async <Row extends object>(sql: string, ...values: readonly Value[]) => (await all<Row>(sql, ...values))[0],
    run: async (sql, ...values) => (await client.query(statement(sql, values))).rowCount ?? 0,
  };
}

/** An error that `work` throws rolls it back. */
export async function inTransaction<T>(queries: Queries, work: () => Promise<T>): Promise<T> {
  await queries.run("BEGIN");
  try {
    const result = await work();
    await queries.run("COMMIT");
    return result;
  } catch (error) {
    // Without its connection the transaction has ended by itself.
    if (IceError.is(error) || !isConnectionLost(error)) await queries.run("ROLLBACK");
    throw error;
  }
}
