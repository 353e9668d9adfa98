import { expect, test } from "vitest";
import { openOlderStore } from "./older-store.ts";
import { newRun, silentOwner } from "./sample-run.ts";

/**
 * A store as the last ice with version 2 of the schema left it, in November 2026: `talk` waits between two turns of an agent on a
 * model, `cut` was left while it waited for the second answer of its model, the network `nightly` waits for an approval.
 */
const secondSchema = "store-of-version-2.db.gz";

test("the runs of a store of version 2 are those of the default tenant, and other tenants may have their ids", async () => {
  const { store, tenants, query } = await openOlderStore(secondSchema);
  const before = await store.list();
  expect(before.map(({ runId, status }) => [runId, status])).toEqual([
    ["cut", "interrupted"],
    ["nightly.publish", "suspended"],
    ["nightly", "suspended"],
    ["talk", "suspended"],
  ]);
  for (const { runId } of before) expect((await store.read(runId)).tenant).toBe("default");
  expect(await tenants.of("acme").runs.list()).toEqual([]);
  await store.forTenant("acme").create(newRun("talk"), silentOwner);
  expect((await store.forTenant("acme").read("talk")).records).toEqual([]);
  expect((await store.read("talk")).records.length).toBeGreaterThan(5);
  expect(query("PRAGMA foreign_key_check")).toEqual([]);
  expect(query("PRAGMA user_version")).toEqual([[7]]);
});

test("the rows of a migrated store still belong together: deleting a run deletes its records", async () => {
  const { store, query } = await openOlderStore(secondSchema);
  await store.collect({ endedBefore: 0, idleBefore: Number.MAX_SAFE_INTEGER });
  for (const table of ["runs", "records", "origins", "placed", "blobs"])
    expect(query(`SELECT count(*) FROM ${table}`), table).toEqual([[0]]);
});

test("an agent of a store of version 2 goes on: its answer is not asked for and its tool not called again", async () => {
  const { runs, models, sent } = await openOlderStore(secondSchema, { replies: [{ text: "sent" }] });
  expect(await runs.resume("cut")).toMatchObject({
    status: "suspended",
    nodes: { first: { output: { text: "sent", steps: 2, toolCalls: [{ tool: "send", result: { n: 1 } }] } } },
  });
  expect(models.asked).toHaveLength(1);
  expect(sent).toEqual([]);
});

test("a conversation of a store of version 2 goes on with its calls of tools", async () => {
  const { runs, tasks, models } = await openOlderStore(secondSchema, { replies: [{ text: "again" }] });
  await tasks.respond("talk", "ask", { approved: true });
  expect(await runs.resume("talk")).toMatchObject({ status: "completed", output: { second: { text: "again" } } });
  expect(models.asked[0]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "user"]);
});

test("a network of a store of version 2 goes on with its workflows", async () => {
  const { runtime, networks, tasks, store } = await openOlderStore(secondSchema);
  runtime.workflows.register({ name: "publish", nodes: [] } as never);
  await tasks.respond("nightly.publish", "ask", { approved: true });
  expect(await networks.resume("nightly")).toMatchObject({ status: "completed" });
  expect(await store.summary("nightly.publish")).toMatchObject({ startedBy: { runId: "nightly", path: "publish" } });
});

/**
 * A run as the last ice with version 1 of records left it: with turns of agents, a retry, a loop in progress, a large value and
 * questions.
 */
test("records of version 1 are read, and the run goes on from them with records of today", async () => {
  const { runs, tasks, store, query } = await openOlderStore("records-of-version-1.db.gz");
  const versions = "SELECT DISTINCT version FROM records WHERE seq > 0 ORDER BY 1";
  expect(query(versions)).toEqual([[1]]);
  const kept = await store.read("talk");
  expect(new Set(kept.records.map(({ kind }) => kind))).toEqual(
    new Set(["started", "attemptFailed", "outcome", "waiting", "checkpoint", "suspended"]),
  );
  expect(await runs.show("talk")).toMatchObject({
    status: "suspended",
    nodes: {
      first: { output: { output: "turn 1" } },
      second: { output: { output: "turn 2" } },
      fails: { status: "skipped", attempts: 2 },
      large: { output: { text: "x".repeat(40_000) } },
      never: { skipReason: "whenFalse" },
    },
  });
  for (const request of ["ask", "each[0].confirm", "each[1].confirm"])
    await tasks.respond("talk", request, { approved: true });
  expect(await runs.resume("talk")).toMatchObject({
    status: "completed",
    output: { third: { output: "turn 3" }, each: [{ approved: true }, { approved: true }] },
  });
  expect((await store.read("talk")).records.slice(0, kept.records.length)).toEqual(kept.records);
  expect(query(versions)).toEqual([[1], [3]]);
});
