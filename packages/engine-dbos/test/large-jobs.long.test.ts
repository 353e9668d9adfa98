import type { JsonObject } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newAddress } from "./store-fixture.ts";
import { after, startCluster, work, type Cluster } from "./workers.ts";

let cluster: Cluster;
let schema: string;
beforeEach(async () => {
  const address = newAddress();
  ({ schema } = address);
  cluster = await startCluster(address.url);
});
afterEach(() => cluster.close());

/** Text that breaks what is not careful: a lone surrogate, NUL, and names with a meaning in JavaScript. */
const odd: JsonObject = { constructor: "\ud800\u0000", prototype: [1.5e300, null, -0.1], "": "ä\u2028" };
const echo = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  type: "tool",
  toolName: "echo",
  toolArgs: { value: `{{ inputs.${id} }}`, odd: "{{ inputs.odd }}" },
  requires: ["gpu"],
  ...more,
});

const jobs = () =>
  cluster.query(
    `SELECT length(inputs)::integer AS size FROM ${schema}_dbos.workflow_input WHERE workflow_uuid LIKE '%:%'`,
  );
const kept = async () => {
  const [{ count, bytes } = {}] = await cluster.query(
    `SELECT count(*)::integer AS count, coalesce(sum(length(content)), 0)::integer AS bytes
      FROM blob_refs JOIN blobs USING (hash) WHERE source = 'job'`,
  );
  return { count, bytes };
};

test("a job of 1 MiB is kept beside the queue until it has ended, and nothing of it changes on its way", async () => {
  const text = `${"0123456789abcdef".repeat(65_536)}\ud83d`;
  await cluster.start();
  await cluster.queue("r", [echo("small"), echo("large")], {}, { inputs: { small: "s", large: text, odd } });
  await expect.poll(async () => (await jobs()).length, { timeout: 20_000 }).toBe(2);
  for (const { size } of await jobs()) expect(size).toBeLessThan(2000);
  const { count, bytes } = await kept();
  expect(count).toBe(2); // both have the inputs of the run
  expect(bytes).toBeGreaterThan(2 ** 20);
  await cluster.store.collect({ endedBefore: 0 });
  expect(await kept()).toEqual({ count, bytes });
  await cluster.start({ provides: ["gpu"] });
  expect(await cluster.result("r")).toMatchObject({ status: "completed" });
  expect((await cluster.service.show("r")).output).toEqual({ small: { value: "s", odd }, large: { value: text, odd } });
  expect(await kept()).toEqual({ count: 0, bytes: 0 });
  const unused = "SELECT hash FROM blobs WHERE hash NOT IN (SELECT hash FROM blob_refs)";
  expect(await cluster.query(unused)).toHaveLength(2);
  await cluster.store.collect({ endedBefore: 0 });
  expect(await cluster.query(unused)).toEqual([]);
});

test("what is kept for a job is deleted with its run, and not needed when it is cancelled", async () => {
  const text = "x".repeat(40_000);
  await cluster.start();
  for (const run of ["cancelled", "deleted"]) {
    await cluster.queue(run, [work("a"), echo("b", after("a"))], {}, { inputs: { b: text, odd } });
    await expect.poll(kept, { timeout: 20_000 }).toMatchObject({ count: 1 });
    if (run === "cancelled") {
      await cluster.service.cancel(run, "by request");
      expect(await cluster.result(run)).toMatchObject({ status: "cancelled" });
      expect(await kept()).toMatchObject({ count: 0 });
    }
  }
  await cluster.query("UPDATE runs SET ended_at = 1, owner = NULL, epoch = epoch + 1");
  await cluster.store.collect({ endedBefore: 2 });
  expect(await cluster.query("SELECT 1 FROM blob_refs UNION ALL SELECT 1 FROM blobs")).toEqual([]);
});
