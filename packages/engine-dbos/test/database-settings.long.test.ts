import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { JsonObject } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dispatchOf } from "../src/dispatch/dispatch-of.ts";
import { openPostgresRunStore } from "../src/index.ts";
import { checkpoint, newRun, watchfulOwner } from "./sample.ts";
import { connect, newAddress } from "./store-fixture.ts";
import { chain, startCluster, type Cluster } from "./workers.ts";

// The owner of a database may give its sessions other settings. Each test has a database of its own, as others run beside it.
const name = `d${randomBytes(8).toString("hex")}`;
let admin: Client;
let cluster: Cluster | undefined;
beforeEach(async () => {
  admin = await connect("public");
  await admin.query(`CREATE DATABASE ${name}`);
});
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
  await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await admin.end();
});

function newStore(): string {
  const url = new URL(newAddress().url);
  url.pathname = name;
  return url.href;
}

const set = (setting: string): Promise<unknown> => admin.query(`ALTER DATABASE ${name} ${setting}`);

/** How many sessions there have been. */
async function sessions(): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    "SELECT sessions::integer AS count FROM pg_stat_database WHERE datname = $1",
    [name],
  );
  return rows[0]!.count;
}

/**
 * As when another server takes over, which can only be read at first: the sessions of that time stay so.
 *
 * @returns lets it be written again, once there was such a session.
 */
async function readOnly(): Promise<() => Promise<void>> {
  await set("SET default_transaction_read_only = on");
  await admin.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", [name]);
  const before = await sessions();
  return async () => {
    await expect.poll(sessions, { interval: 5 }).toBeGreaterThan(before);
    await set("RESET default_transaction_read_only");
  };
}

test("while a database can only be read records wait, and nothing stays with its sessions", async () => {
  // No other session is made for a beat.
  const store = await openPostgresRunStore(newStore(), { beatMs: 60_000 });
  const owner = watchfulOwner();
  const journal = await store.create(newRun("r"), owner);
  const endReadOnly = await readOnly();
  const appended = journal.append(checkpoint(1));
  await endReadOnly();
  await appended;
  expect((await store.read("r")).records).toEqual([checkpoint(1)]);
  expect(owner.lost).toEqual([]);
  await store.close();
});

test("a session that can only be read from some time on is not used again", async () => {
  const store = await openPostgresRunStore(newStore());
  await dispatchOf(store).store.database.run("SELECT set_config('default_transaction_read_only', 'on', false)");
  await store.create(newRun("r"), watchfulOwner());
  expect(await store.summary("r")).toMatchObject({ status: "running" });
  await store.close();
});

test("a database that can only be read is not opened, with a fix", async () => {
  const url = newStore();
  await (await openPostgresRunStore(url)).close();
  await readOnly();
  await expect(openPostgresRunStore(url)).rejects.toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: expect.stringMatching(/ cannot be written: transactions are read-only\.$/),
    fix: expect.stringContaining("the address of the primary server"),
  });
});

test("lists and numbers arrive as they were, whatever the sessions of a database begin with", async () => {
  await set("SET array_nulls = off");
  await set("SET extra_float_digits = -15");
  const store = await openPostgresRunStore(newStore());
  const sql = "SELECT $1::float8[] AS list, 0.1::float8 + 0.2 AS number";
  expect(await dispatchOf(store).store.database.get(sql, [1, null])).toEqual({ list: [1, null], number: 0.1 + 0.2 });
  await store.close();
});

test("workers go on when a database can be written again", async () => {
  cluster = await startCluster(newStore());
  await cluster.start({ provides: ["gpu"], slots: 10 });
  await cluster.start();
  const placed: JsonObject = { requires: ["gpu"] };
  for (const run of ["a", "b"])
    await cluster.queue(
      run,
      chain(4, 300).map((node) => ({ ...node, ...placed })),
    );
  const { steps } = cluster;
  await expect.poll(() => steps({ phase: "end" }).length, { interval: 20 }).toBeGreaterThan(1);
  const endReadOnly = await readOnly();
  await endReadOnly();
  for (const run of ["a", "b"]) expect(await cluster.result(run, 20_000)).toMatchObject({ status: "completed" });
  await cluster.queue("c", chain(1, 0));
  expect(await cluster.result("c")).toMatchObject({ status: "completed" });
});

test("transactions see what others have committed, whatever isolation the database has", async () => {
  await set("SET default_transaction_isolation = 'repeatable read'");
  const store = await openPostgresRunStore(newStore());
  const settled = await Promise.allSettled(
    ["a", "b", "c", "d", "e", "f"].map((id) => {
      const nodes = [{ id, type: "tool", toolName: "echo" }];
      const blueprint = { schemaVersion: "ice/v1", name: "b", version: "0.0.1", nodes };
      return store.blueprints.put(blueprint, { at: 1, by: "kim", ifMatch: null });
    }),
  );
  const errors = settled.flatMap((one) => (one.status === "rejected" ? [(one.reason as { code: unknown }).code] : []));
  expect(errors).toEqual(Array.from({ length: 5 }, () => "ICE_BLUEPRINT_EXISTS"));
  await store.close();
});
