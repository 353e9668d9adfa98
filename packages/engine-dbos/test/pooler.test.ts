import { afterEach, expect, test } from "vitest";
import { openPostgresRunStore } from "../src/index.ts";
import { startPooler, type Pooler, type PoolerOptions } from "./pooler.ts";
import { checkpoint, newRun, watchfulOwner } from "./sample.ts";
import { connect, newAddress } from "./store-fixture.ts";

let pooler: Pooler | undefined;
afterEach(() => pooler?.close());

/** An address behind a pooler. */
async function behind(options: PoolerOptions): Promise<{ readonly url: string; readonly schema: string }> {
  const { url, schema } = newAddress();
  pooler = await startPooler(url, options);
  return { url: pooler.url, schema };
}

test.each<PoolerOptions>([
  { mode: "transaction" },
  { mode: "transaction", size: 1 },
  { mode: "transaction", takes: "first" },
  { mode: "transaction", takes: "first", size: 2 },
])("a pooler that shares sessions is refused, and nothing is left in it: %j", async (options) => {
  const { url, schema } = await behind(options);
  await expect(openPostgresRunStore(url)).rejects.toMatchObject({
    code: "ICE_STORE_UNAVAILABLE",
    message: expect.stringMatching(/ behind a connection pooler in transaction mode: .* belong to a session\.$/),
    fix: expect.stringContaining("the address of Postgres itself"),
  });
  const client = await connect(schema);
  const { rows } = await client.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE $1", [`${schema}%`]);
  expect(rows).toEqual([]);
  await client.end();
});

test("a pooler in session mode is as good as none", async () => {
  const { url, schema } = await behind({ mode: "session", size: 30 });
  const [one, other] = [await openPostgresRunStore(url, { beatMs: 50 }), await openPostgresRunStore(url)];
  const owner = watchfulOwner();
  const journal = await one.create(newRun("r"), owner);
  await journal.append(checkpoint(1));
  await other.signal("r", { id: "s", name: "paid", path: "", value: 1, by: null, at: 5 });
  await expect.poll(() => owner.signals).toEqual(["s"]);
  expect((await other.read("r")).records).toEqual([checkpoint(1)]);
  await one.close();
  await other.close();
  const client = await connect(schema);
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
});
