import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { RunStore } from "@ice/core";
import type { RunStoreFixture } from "@ice/testing";
import { inject } from "vitest";
import { openPostgresRunStore, type OpenPostgresRunStoreOptions } from "../src/index.ts";

export interface PostgresFixture extends RunStoreFixture {
  /** The address of the store. */
  readonly url: string;
  readonly schema: string;
  another(options?: OpenPostgresRunStoreOptions): Promise<RunStore>;
  /** Runs a statement beside the store, as another program would. */
  query(sql: string, ...values: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

interface Address {
  readonly url: string;
  readonly schema: string;
}

/** An address with a schema that no other test has. */
export function newAddress(): Address {
  const schema = `t${randomBytes(8).toString("hex")}`;
  const url = new URL(inject("postgresUrl"));
  url.searchParams.set("schema", schema);
  return { url: url.href, schema };
}

/** A connection to the database, with the tables of a schema. */
export async function connect(schema: string): Promise<Client> {
  const client = new Client({ connectionString: inject("postgresUrl"), options: `-c search_path=${schema}` });
  await client.connect();
  return client;
}

/** The longest that a test waits for time to pass: leases and looks are shorter here. */
const longestMs = 300;

/** Stores in a schema of their own, with the time of the machine. */
export const postgresFixture = (options: OpenPostgresRunStoreOptions = {}): Promise<PostgresFixture> =>
  storesAt(newAddress(), options, dropTables);

/** The same in the schemas of earlier tests, without their rows: to create the tables takes longer than most tests. */
export function reusedSchemas(): (options?: OpenPostgresRunStoreOptions) => Promise<PostgresFixture> {
  const free: Address[] = [];
  return (options = {}) => {
    const address = free.pop() ?? newAddress();
    return storesAt(address, options, async (client) => {
      await deleteRows(client, address);
      free.push(address);
    });
  };
}

async function storesAt(
  { url, schema }: Address,
  options: OpenPostgresRunStoreOptions,
  leave: (client: Client, address: Address) => Promise<unknown>,
): Promise<PostgresFixture> {
  const stores: RunStore[] = [];
  const another = async (more: OpenPostgresRunStoreOptions = {}): Promise<RunStore> => {
    const store = await openPostgresRunStore(url, { beatMs: 50, watchMs: 20, ...options, ...more });
    stores.push(store);
    return store;
  };
  const store = await another();
  const client = await connect(schema);
  return {
    url,
    schema,
    store,
    another,
    query: async (sql, ...values) => (await client.query(sql, [...values])).rows,
    pass: (ms) => delay(Math.min(ms, longestMs)),
    async close() {
      for (const one of stores) await one.close();
      await leave(client, { url, schema });
      await client.end();
    },
  };
}

const dropTables = (client: Client, { schema }: Address): Promise<unknown> =>
  client.query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_dbos CASCADE`);

/** Deletes, because tables that are truncated get new files, which takes 80 ms for these. */
const deleteRows = (client: Client, { schema }: Address): Promise<unknown> =>
  client.query(`DO $$ DECLARE rows text; BEGIN
    FOR rows IN SELECT format('DELETE FROM %I.%I', schemaname, tablename) FROM pg_tables
      WHERE schemaname IN ('${schema}', '${schema}_dbos') AND tablename NOT IN ('meta', 'dbos_migrations')
      ORDER BY EXISTS (SELECT 1 FROM pg_constraint
        WHERE contype = 'f' AND confrelid = format('%I.%I', schemaname, tablename)::regclass)
    LOOP EXECUTE rows; END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences
      WHERE schemaname IN ('${schema}', '${schema}_dbos');
  END $$`);
