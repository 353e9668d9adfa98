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

/** An address with a schema that no other test has. */
export function newAddress(): { readonly url: string; readonly schema: string } {
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
export async function postgresFixture(options: OpenPostgresRunStoreOptions = {}): Promise<PostgresFixture> {
  const { url, schema } = newAddress();
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
      await client.query(`DROP SCHEMA IF EXISTS ${schema}, ${schema}_dbos CASCADE`);
      await client.end();
    },
  };
}
