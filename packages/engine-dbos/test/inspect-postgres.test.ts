import type { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inspectPostgres, listQueues, openPostgresRunStore } from "../src/index.ts";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { connect, newAddress } from "./store-fixture.ts";

const { url, schema } = newAddress();
const both = `${schema}, ${schema}_dbos`;
let client: Client;
beforeEach(async () => {
  client = await connect(schema);
});
afterEach(async () => {
  await client.query(`DROP SCHEMA IF EXISTS ${both} CASCADE`);
  await client.end();
});

const schemas = async (): Promise<unknown[]> =>
  (await client.query("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)", [schema])).rows;

test("looking at a store creates nothing, and says what will be created", async () => {
  expect(await inspectPostgres(url)).toEqual({
    version: expect.stringMatching(/^\d+\.\d+/),
    store: { name: schema, isCurrent: false },
    queues: { name: `${schema}_dbos`, isCurrent: false },
    workers: 0,
  });
  expect(await schemas()).toEqual([]);
});

test("the tables of store and queues are found, and the workers that live", async () => {
  const store = await openPostgresRunStore(url);
  expect(await inspectPostgres(url)).toMatchObject({ store: { isCurrent: true }, queues: { isCurrent: false } });
  await listQueues(store);
  await dispatchOf(store).store.ownership.serve({});
  expect(await inspectPostgres(url)).toMatchObject({
    store: { isCurrent: true },
    queues: { isCurrent: true },
    workers: 1,
  });
  await store.close();
});

test("what a user may not do is an error with the fix, for the queues too", async () => {
  const user = `u${schema}`;
  await client.query(`CREATE ROLE ${user} LOGIN`);
  const address = new URL(url);
  address.username = user;
  const denied = (what: string) => ({
    code: "ICE_STORE_READONLY",
    message: expect.stringContaining(`permission denied for ${what}`),
    fix: expect.stringContaining(`CREATE SCHEMA ${schema}_dbos AUTHORIZATION NAME`),
  });
  await expect(inspectPostgres(address.href)).rejects.toMatchObject(denied("database "));
  await client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${user}`);
  await expect(inspectPostgres(address.href)).rejects.toMatchObject(denied("database "));
  await client.query(`CREATE SCHEMA ${schema}_dbos`);
  await expect(inspectPostgres(address.href)).rejects.toMatchObject(denied(`schema ${schema}_dbos`));
  await client.query(`ALTER SCHEMA ${schema}_dbos OWNER TO ${user}`);
  expect(await inspectPostgres(address.href)).toMatchObject({ queues: { isCurrent: false } });
  await client.query(`CREATE TABLE ${schema}_dbos.workflow_status (id int)`);
  await expect(inspectPostgres(address.href)).rejects.toMatchObject(denied(`table ${schema}_dbos.workflow_status`));
  await client.query(`DROP SCHEMA ${both} CASCADE; DROP OWNED BY ${user}; DROP ROLE ${user}`);
});

test("a server that cannot be written is reported", async () => {
  const address = new URL(url);
  address.searchParams.set("options", "-c default_transaction_read_only=on");
  await expect(inspectPostgres(address.href)).rejects.toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    fix: expect.stringContaining("primary server"),
  });
});
