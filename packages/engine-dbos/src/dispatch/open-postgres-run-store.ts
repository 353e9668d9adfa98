import { randomBytes as systemRandomBytes } from "node:crypto";
import type { Clock, RunStore } from "@ice/core";
import { checkNumbers, maxTimerMs, processTimeSlice, type TimeSlice } from "@ice/core/internal";
import { Dispatch } from "./dispatch.ts";
import { handOnSignalled, hurrySignalled } from "./hand-on.ts";
import { PostgresDispatcher } from "./postgres-dispatcher.ts";
import { Queues } from "./queues.ts";
import { firstTicket } from "./ticket.ts";
import { Database } from "../store/database.ts";
import { migrate } from "../store/migrations.ts";
import { parsePostgresAddress } from "../store/postgres-address.ts";
import { PostgresRunStore } from "../store/postgres-run-store.ts";
import { StoreDatabase } from "../store/store-database.ts";

/** Options of `openPostgresRunStore`. */
export interface OpenPostgresRunStoreOptions {
  /** For the end of cached outputs. Leases have the time of the database. Default: the clock of the machine. */
  readonly clock?: Pick<Clock, "now"> | undefined;
  /** When reading returns to the event loop. Default: the slice of this process. */
  readonly timeSlice?: TimeSlice | undefined;
  /** Creates the id of this owner and the secret of the store. Default: `node:crypto`. */
  readonly randomBytes?: ((size: number) => Uint8Array) | undefined;
  /** How long an owner keeps its runs without renewing its lease, in milliseconds. Default 10,000. */
  readonly leaseMs?: number | undefined;
  /**
   * Interval in which the lease is renewed, and in which is looked for what no note has announced, in milliseconds. Default 1,000, or a
   * fifth of a short lease.
   */
  readonly beatMs?: number | undefined;
  /** Interval in which changes of other processes are looked for while runs are watched, in milliseconds. Default 100. */
  readonly watchMs?: number | undefined;
  /** Time limit of a connection, in milliseconds. Default: `connect_timeout` of the address, or 10,000. */
  readonly connectMs?: number | undefined;
  /** Time limit of a statement, in milliseconds. Default 30,000. */
  readonly statementMs?: number | undefined;
  /** How long work is tried again while the database is away, in milliseconds. Default 60,000. */
  readonly awayMs?: number | undefined;
}

/**
 * Opens a schema of a Postgres database as a store, and creates the schema and its tables if they are missing.
 *
 * @param url - `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`; the default schema is `ice`. No error shows the password.
 * @throws IceError `ICE_USAGE` for an invalid time (from 1 to 2^31 − 1 ms; `awayMs` from 0) or parameter, `ICE_STORE_UNAVAILABLE`,
 * `ICE_STORE_READONLY`, `ICE_STORE_FULL`, `ICE_STORE_LOCKED`, `ICE_STORE_CORRUPT`, `ICE_STORE_VERSION`.
 */
export async function openPostgresRunStore(
  url: string,
  {
    clock = Date,
    timeSlice = processTimeSlice(),
    randomBytes = systemRandomBytes,
    leaseMs = 10_000,
    beatMs = Math.max(1, Math.min(1000, leaseMs / 5)),
    watchMs = 100,
    connectMs: givenConnectMs,
    statementMs = 30_000,
    awayMs = 60_000,
  }: OpenPostgresRunStoreOptions = {},
): Promise<RunStore> {
  const address = parsePostgresAddress(url);
  const connectMs = givenConnectMs ?? address.connectMs ?? 10_000;
  const times = { leaseMs, beatMs, watchMs, connectMs, statementMs };
  checkNumbers("openPostgresRunStore", times, { min: 1, max: maxTimerMs });
  checkNumbers("openPostgresRunStore", { awayMs }, { max: maxTimerMs });
  const database = new Database(address, { connectMs, statementMs, awayMs });
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const queues = new Queues(database);
  const opened = new StoreDatabase(database, {
    clock,
    timeSlice,
    randomBytes,
    leaseMs,
    beatMs,
    watchMs,
    onSignalled: (queries, run) => handOnSignalled(queues, queries, run),
    afterSignalled: (run) => hurrySignalled(database, run),
    // Not of a worker that executes it: that has taken the ticket.
    onEnded: ({ id, ticket }) => void queues.withdraw(ticket ?? firstTicket(id)),
    onCollected: () => queues.collect(500),
    beforeClose: () => dispatch.close(),
  });
  const dispatch = new Dispatch(opened, queues);
  return new PostgresRunStore(opened, (tenant) => new PostgresDispatcher(dispatch, tenant));
}
