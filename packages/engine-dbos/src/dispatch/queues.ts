import { runsQueue } from "@ice/core/internal";
import type { DBOSClient } from "@dbos-inc/dbos-sdk";
import type { ClientBase, Pool } from "pg";
import { endOf, type Database, type Queries } from "../store/database.ts";
import { queueSchemaOf } from "../store/postgres-address.ts";
import { isTransient, toStoreError } from "../store/store-error.ts";
import { createQueueTables } from "./queue-tables.ts";
import type { QueueChanges, QueueInfo, QueueLimits } from "./queue-info.ts";
import { changedLimits, checkQueue, limitsOf, parametersOf, queueInfos } from "./queue-limits.ts";
import { silentLog } from "./silent-log.ts";
import { application, jobWorkflow, openStates, protocol, ticketWorkflow } from "./ticket.ts";

/** An entry of a queue. */
export interface Entry {
  readonly id: string;
  readonly queue: string;
  readonly tenant: string;
  readonly priority?: number | undefined;
  /** When it may be taken, in milliseconds from now. */
  readonly delayMs?: number | undefined;
  readonly argument: unknown;
}

/** Entries of one worker that it has taken and not ended. */
export interface TakenEntry {
  readonly id: string;
  readonly isJob: boolean;
  readonly queue: string;
}

/** Of the ids of tickets and jobs, in SQL; the group is the number of the run. Others may have written entries whose ids say nothing. */
const ownIds = "^([1-9][0-9]{0,14})[@:]";

/** The queues of DBOS, in a schema beside that of the store. DBOS is loaded when they are first used. */
export class Queues {
  readonly schema: string;
  readonly #database: Database;
  readonly #known = new Set<string>();
  #opened: Promise<{ readonly client: DBOSClient; readonly pool: Pool }> | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.schema = queueSchemaOf(database.schema);
  }

  /** In the transaction of `client`: puts an entry into its queue unless there is one with its id. */
  async add(client: ClientBase, { id, queue, tenant, priority, delayMs = 0, argument }: Entry): Promise<void> {
    const { client: queues } = await this.open();
    const options = {
      queueName: queue,
      workflowName: queue === runsQueue ? ticketWorkflow : jobWorkflow,
      workflowID: id,
      queuePartitionKey: tenant,
      appVersion: protocol,
      ...(priority !== undefined && { priority }),
      ...(delayMs > 0 && { delaySeconds: delayMs / 1000 }),
    };
    await queues.enqueueInTransaction(client, options, argument);
  }

  /** The state of an entry; undefined if there is none. */
  async stateOf(queries: Queries, id: string): Promise<string | undefined> {
    const sql = `SELECT status FROM ${this.schema}.workflow_status WHERE workflow_uuid = $1`;
    return (await queries.get<{ status: string }>(sql, id))?.status;
  }

  /** In a transaction: lets a delayed entry be taken so many milliseconds from now, unless it is earlier anyway. */
  async hurry(queries: Queries, id: string, delayMs: number): Promise<void> {
    const now = "(EXTRACT(EPOCH FROM now()) * 1000)::bigint";
    const sql = `UPDATE ${this.schema}.workflow_status SET status = CASE WHEN $2 > 0 THEN status ELSE 'ENQUEUED' END,
        delay_until_epoch_ms = LEAST(delay_until_epoch_ms, ${now} + $2::bigint), updated_at = ${now}
      WHERE workflow_uuid = $1 AND status = 'DELAYED'`;
    await queries.run(sql, id, Math.ceil(delayMs));
  }

  /** In a transaction: deletes an entry that has ended. */
  async forget(queries: Queries, id: string): Promise<void> {
    await queries.run(this.#deletion(`NOT IN ${openStates}`), id);
  }

  /** Deletes an entry that no one has taken and no one needs. Does not fail: it would end by itself. */
  async withdraw(id: string): Promise<void> {
    await this.#database.attempt(this.#deletion("IN ('ENQUEUED', 'DELAYED')"), id);
  }

  /** Gives entries back that their worker cannot end. */
  async giveBack(ids: readonly string[], queue: string): Promise<void> {
    if (ids.length > 0) await (await this.open()).client.resumeWorkflows([...ids], { queueName: queue });
  }

  /** Ends entries, whether they were taken or not. */
  async cancel(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await (await this.open()).client.cancelWorkflows([...ids]);
  }

  /** What a worker has taken. @param worker - id of the owner. */
  async takenBy(queries: Queries, worker: string): Promise<readonly TakenEntry[]> {
    await this.open();
    const sql = `SELECT workflow_uuid AS id, name = $2 AS "isJob", queue_name AS queue FROM ${this.schema}.workflow_status
      WHERE executor_id = $1 AND status = 'PENDING' AND workflow_uuid ~ '${ownIds}'`;
    return queries.all<TakenEntry>(sql, worker, jobWorkflow);
  }

  /** Who has taken jobs, by their ids without a repetition; those that wait are missing. */
  async takersOf(queries: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.open();
    const sql = `SELECT one.id, executor_id AS worker FROM unnest($1::text[]) AS one (id)
      JOIN ${this.schema}.workflow_status ON status = 'PENDING'
        AND (workflow_uuid = one.id OR starts_with(workflow_uuid, one.id || ':'))`;
    const rows = await queries.all<{ id: string; worker: string }>(sql, ids);
    return new Map(rows.map(({ id, worker }) => [id, worker]));
  }

  /** Workers that have taken entries, have done nothing with them for a time, and are no owners any more. */
  async gone(queries: Queries, ms: number): Promise<readonly string[]> {
    const sql = `SELECT DISTINCT executor_id AS id FROM ${this.schema}.workflow_status
      WHERE status = 'PENDING' AND updated_at < (EXTRACT(EPOCH FROM now()) * 1000)::bigint - $1
        AND NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = executor_id)`;
    return (await queries.all<{ id: string }>(sql, ms)).map(({ id }) => id);
  }

  /** Deletes entries whose runs are gone. @param most - at a time. */
  async collect(most: number): Promise<number> {
    const exists = await this.#database.get<{ exists: boolean }>(
      "SELECT to_regclass($1) IS NOT NULL AS exists",
      `${this.schema}.workflow_status`,
    );
    if (exists?.exists !== true) return 0;
    const rows = await this.#database.all<{ id: string }>(
      `SELECT workflow_uuid AS id FROM ${this.schema}.workflow_status AS entry
        WHERE name IN ($1, $2) AND status <> 'PENDING' AND workflow_uuid ~ '${ownIds}'
          AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = substring(entry.workflow_uuid from '${ownIds}')::bigint) LIMIT $3`,
      ticketWorkflow,
      jobWorkflow,
      most,
    );
    if (rows.length > 0) await (await this.open()).client.deleteWorkflows(rows.map(({ id }) => id));
    return rows.length;
  }

  /** Ensures that a queue exists. */
  async ensure(name: string, limits: QueueLimits = {}): Promise<void> {
    if (this.#known.has(name)) return;
    const { client } = await this.open();
    const options = { ...parametersOf(limits), onConflict: "never_update", applicationName: application } as const;
    await this.#register(() => client.registerQueue(name, options));
    this.#known.add(name);
  }

  /** @throws IceError `ICE_USAGE`, `ICE_STORE_*`. */
  async set(name: string, changes: QueueChanges): Promise<void> {
    checkQueue(name, changes);
    const { client } = await this.open();
    const known = await client.retrieveQueue(name);
    const limits = changedLimits(known === null ? {} : limitsOf(known), changes);
    const options = { ...parametersOf(limits), onConflict: "always_update", applicationName: application } as const;
    await this.#register(() => client.registerQueue(name, options));
  }

  /** The queue of runs, and every other that has a limit or entries, by its name. */
  async list(): Promise<readonly QueueInfo[]> {
    const { client } = await this.open();
    const rows = await this.#database.all<Pick<QueueInfo, "name" | "queued" | "running">>(
      `SELECT queue_name AS name, count(*) FILTER (WHERE status = 'ENQUEUED') AS queued,
          count(*) FILTER (WHERE status = 'PENDING') AS running
        FROM ${this.schema}.workflow_status WHERE status IN ('ENQUEUED', 'PENDING') AND queue_name IS NOT NULL GROUP BY 1`,
    );
    return queueInfos(await client.listQueues(application), rows);
  }

  /** Runs of a tenant that wait in the queue, or fewer than that if there are more than `most`. */
  async waiting(queries: Queries, tenant: string, most: number): Promise<number> {
    const sql = `SELECT count(*) AS waiting FROM (SELECT 1 FROM ${this.schema}.workflow_status
      WHERE queue_name = $1 AND queue_partition_key = $2 AND status = 'ENQUEUED' LIMIT $3) AS entries`;
    return (await queries.get<{ waiting: number }>(sql, runsQueue, tenant, most))!.waiting;
  }

  /** Loads DBOS, and creates its tables if they are missing. */
  open(): Promise<{ readonly client: DBOSClient; readonly pool: Pool }> {
    if (this.#opened === undefined) {
      this.#opened = this.#open();
      this.#opened.catch(() => (this.#opened = undefined));
    }
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.client.destroy();
    // A server that is frozen does not take leave.
    if (opened !== undefined) await endOf(opened.pool);
  }

  /** Errors of DBOS are those of `pg`. One that may pass is left as it is, for those who try again. */
  async #register(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw isTransient(error) ? error : toStoreError(error, this.#database.url);
    }
  }

  /** Deletes an entry whose state is one of some, with what DBOS keeps beside it. */
  #deletion(states: string): string {
    return `WITH gone AS (DELETE FROM ${this.schema}.workflow_status
        WHERE workflow_uuid = $1 AND status ${states} RETURNING workflow_uuid),
      outputs AS (DELETE FROM ${this.schema}.workflow_output WHERE workflow_uuid IN (SELECT workflow_uuid FROM gone))
      DELETE FROM ${this.schema}.workflow_input WHERE workflow_uuid IN (SELECT workflow_uuid FROM gone)`;
  }

  async #open(): Promise<{ readonly client: DBOSClient; readonly pool: Pool }> {
    const { DBOSClient } = await import("@dbos-inc/dbos-sdk");
    await createQueueTables(this.#database, this.schema);
    const pool = this.#database.pool();
    const client = await DBOSClient.create({
      systemDatabaseUrl: this.#database.url,
      systemDatabasePool: pool,
      systemDatabaseSchemaName: this.schema,
      applicationName: application,
      logger: silentLog,
    });
    return { client, pool };
  }
}
