import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { Client } from "pg";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { listQueues, openPostgresRunStore, setQueue } from "../src/index.ts";
import { newRun, watchfulOwner } from "./sample.ts";
import { connect, newAddress } from "./store-fixture.ts";

const { url, schema } = newAddress();
let client: Client;
beforeEach(async () => {
  client = await connect(schema);
});
afterEach(async () => {
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
});

const script = fileURLToPath(new URL("store-process.ts", import.meta.url));

/** Runs `store-process.ts`. */
const inProcess = (...args: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ["--conditions=@ice/source", script, ...args], { timeout: 50_000 });

test("three processes open a store that does not exist at once, and all of them use it, without a warning", async () => {
  const outputs = await Promise.all(["a", "b", "c"].map((runId) => inProcess(url, runId)));
  for (const { stdout, stderr } of outputs) expect([stdout, stderr]).toEqual(["ready\n", ""]);
  const { rows } = await client.query("SELECT run_id, status, owner FROM runs ORDER BY run_id");
  expect(rows).toEqual(["a", "b", "c"].map((id) => ({ run_id: id, status: "running", owner: null })));
});

test("an open store does not keep its process alive, and its runs can be taken at once on the same machine", async () => {
  expect((await inProcess(url, "a", "leave")).stdout).toBe("ready\n");
  const store = await openPostgresRunStore(url);
  if (process.platform !== "linux") await client.query("UPDATE owners SET lease_until = now()");
  expect((await store.summary("a")).status).toBe("interrupted");
  expect((await store.open("a", watchfulOwner())).journal.epoch).toBe(2);
  await store.close();
});

test("the runs of a process on another machine are its own until its lease has ended", async () => {
  await inProcess(url, "a", "leave");
  await client.query("UPDATE owners SET process = 'another-boot ' || process");
  const store = await openPostgresRunStore(url);
  expect((await store.summary("a")).status).toBe("running");
  await client.query("UPDATE owners SET lease_until = now()");
  expect((await store.summary("a")).status).toBe("interrupted");
  await store.close();
});

test("a store of a newer version is refused", async () => {
  await (await openPostgresRunStore(url)).close();
  await client.query("UPDATE meta SET value = '999' WHERE name = 'version'");
  await expect(openPostgresRunStore(url)).rejects.toMatchObject({
    code: "ICE_STORE_VERSION",
    message: expect.stringMatching(
      /^The store postgres:\/\/.*has version 999; this version of ice reads versions up to 3\.$/,
    ),
  });
});

test.each(["CREATE TABLE t (a int)", "CREATE TABLE meta (key text)", "CREATE TABLE meta (name text, value text)"])(
  "a schema of another program is refused and left as it is: %s",
  async (table) => {
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(table);
    await expect(openPostgresRunStore(url)).rejects.toMatchObject({
      code: "ICE_STORE_UNAVAILABLE",
      message: expect.stringContaining(`The schema "${schema}" of `),
      fix: "use another schema: add ?schema=NAME to the address",
    });
    const { rows } = await client.query(
      "SELECT count(*)::int AS count FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'",
      [schema],
    );
    expect(rows).toEqual([{ count: 1 }]);
  },
);

test("empty schemas that exist are used, by a user who may create no others: that of the store, and that of the queues", async () => {
  const user = `u${schema}`;
  await client.query(`CREATE ROLE ${user} LOGIN`);
  const address = new URL(url);
  address.username = user;
  await expect(openPostgresRunStore(address.href)).rejects.toMatchObject({
    code: "ICE_STORE_READONLY",
    fix: expect.stringContaining(
      `CREATE SCHEMA ${schema} AUTHORIZATION NAME; CREATE SCHEMA ${schema}_dbos AUTHORIZATION NAME`,
    ),
  });
  await client.query(`CREATE SCHEMA ${schema} AUTHORIZATION ${user}`);
  const store = await openPostgresRunStore(address.href);
  await store.create(newRun("a"), watchfulOwner());
  await expect(listQueues(store)).rejects.toMatchObject({ code: "ICE_STORE_READONLY" });
  await client.query(`CREATE SCHEMA ${schema}_dbos AUTHORIZATION ${user}`);
  await store.dispatcher!.enqueue(newRun("b"));
  expect(await listQueues(store)).toMatchObject([{ name: "runs", queued: 1 }]);
  await store.close();
  await client.query(`DROP SCHEMA ${schema}, ${schema}_dbos CASCADE; DROP OWNED BY ${user}; DROP ROLE ${user}`);
});

test("neither a store nor an error shows the password", async () => {
  const secret = "s3cret-pass";
  const address = new URL(url);
  address.password = secret;
  const store = await openPostgresRunStore(address.href);
  expect(store.url).toBe(url.replace(/\/\/.*@/, "//…@"));
  await store.close();
  const failures = [address.href.replace(/:\d+\//, ":1/"), address.href.replace("/postgres?", "/missing?")];
  for (const wrong of [...failures, `${address.href}x-y`]) {
    const error: unknown = await openPostgresRunStore(wrong).catch((thrown: unknown) => thrown);
    const code = failures.includes(wrong) ? "ICE_STORE_UNAVAILABLE" : "ICE_USAGE";
    expect(error).toMatchObject({ code, fix: expect.any(String) });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
  }
});

test.each([
  ["sslmode=verify-full", "ICE_STORE_UNAVAILABLE", "sslmode=disable"],
  ["sslrootcert=/no/such.pem", "ICE_STORE_UNAVAILABLE", "check the files of sslrootcert"],
  ["sslmode=nonsense", "ICE_USAGE", "use disable"],
  ["shema=prod", "ICE_USAGE", 'did you mean "schema"?'],
])("an address that cannot work here is reported with a fix: %s", async (parameters, code, fix) => {
  const address = `${inject("postgresUrl")}?${parameters}`;
  await expect(openPostgresRunStore(address)).rejects.toMatchObject({ code, fix: expect.stringContaining(fix) });
});

test.each([Number.NaN, -1, Infinity, "5"])("times that bound nothing are refused: %s", async (ms) => {
  for (const name of ["leaseMs", "beatMs", "watchMs", "connectMs", "statementMs", "awayMs"])
    await expect(openPostgresRunStore(inject("postgresUrl"), { [name]: ms })).rejects.toMatchObject({
      code: "ICE_USAGE",
      message: expect.stringContaining(`\`${name}\` of openPostgresRunStore is`),
    });
});

test("for a user who may not use it, or not write, the error says so, and not that it is damaged or that ice has a bug", async () => {
  const user = `u${schema}`;
  const store = await openPostgresRunStore(url);
  await setQueue(store, "gpu", { total: 1 });
  await store.close();
  await client.query(`CREATE ROLE ${user} LOGIN`);
  const address = new URL(url);
  address.username = user;
  const mayNot = { code: "ICE_STORE_READONLY", message: expect.stringContaining("permission denied for ") };
  await expect(openPostgresRunStore(address.href)).rejects.toMatchObject(mayNot);
  const both = `${schema}, ${schema}_dbos`;
  await client.query(
    `GRANT USAGE ON SCHEMA ${both} TO ${user}; GRANT SELECT ON ALL TABLES IN SCHEMA ${both} TO ${user}`,
  );
  const reading = await openPostgresRunStore(address.href);
  await expect(setQueue(reading, "gpu", { total: 2 })).rejects.toMatchObject(mayNot);
  await expect(reading.dispatcher!.enqueue(newRun("r"))).rejects.toMatchObject(mayNot);
  await reading.close();
  await client.query(`DROP SCHEMA ${both} CASCADE; DROP OWNED BY ${user}; DROP ROLE ${user}`);
});
