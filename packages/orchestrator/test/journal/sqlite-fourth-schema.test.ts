import type { RunSummary } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { openOlderStore } from "./older-store.ts";

/**
 * A store as the last ice without waits for times and signals left it, in November 2026. `answered` waits for people in a loop and
 * in a race, and has two of their answers; `late` has a deadline of two seconds; `child` waits in a sub-workflow, `nightly` in a
 * network; `cut` was left while its tool `hold` ran. The tenant `acme` has a run `answered` too.
 */
const fixture = "store-of-version-4.db.gz";
const open = (...options: Parameters<typeof openOlderStore> extends [string, ...infer Rest] ? Rest : never) =>
  openOlderStore(fixture, ...options);

const statusesOf = (runs: readonly RunSummary[]): Record<string, string> =>
  Object.fromEntries(runs.map(({ runId, status }) => [runId, status]));

test("the runs of a store of version 4 are listed and read as they were, and none of them is due", async () => {
  const { store, tenants, query } = await open();
  const listed = await store.list();
  expect(statusesOf(listed)).toEqual({
    done: "completed",
    answered: "suspended",
    late: "suspended",
    child: "suspended",
    nightly: "suspended",
    "nightly.publish": "suspended",
    cut: "interrupted",
  });
  for (const { runId, status } of listed) expect(await store.read(runId)).toMatchObject({ runId, status });
  for (const run of listed) expect(run).not.toHaveProperty("resumeAt");
  expect(await store.list({ dueBy: Number.MAX_SAFE_INTEGER })).toEqual([]);
  expect(statusesOf(await tenants.of("acme").runs.list())).toEqual({ answered: "suspended" });
  expect(query("PRAGMA user_version")).toEqual([[7]]);
  expect(query("PRAGMA foreign_key_check")).toEqual([]);
  expect(query("PRAGMA integrity_check")).toEqual([["ok"]]);
  expect(query("SELECT DISTINCT version FROM records WHERE seq > 0")).toEqual([[2]]);
});

test("the result of a run of a store of version 4 is as it was", async () => {
  const { runs } = await open();
  expect(await runs.show("done")).toMatchObject({
    status: "completed",
    output: { code: "ICE_NODE_FAILED" },
    nodes: {
      large: { output: { text: "x".repeat(40_000) } },
      flaky: { attempts: 2, recovered: true },
      "odd.e": { skipReason: "branchNotTaken" },
    },
  });
});

test("answers of a store of version 4 count, its conversation goes on, and its agent is not asked again", async () => {
  const { runs, tasks, store, query, models } = await open();
  await tasks.respond("answered", "each[1].confirm", { approved: false });
  const { records } = await store.read("answered");
  expect(await runs.resume("answered")).toMatchObject({
    status: "completed",
    nodes: {
      "each[0].did": { output: { ok: true } },
      "each[1].did": { output: { ok: false } },
      "race.left": { status: "cancelled" },
      "race.right": { output: { approved: false } },
      rec: { output: { iterations: 3 } },
      talks: { output: { text: "sent" } },
      again: { output: { output: "turn 2" } },
    },
  });
  expect(models.asked).toEqual([]);
  expect((await store.read("answered")).records.slice(0, records.length)).toEqual(records);
  expect(query("SELECT DISTINCT version FROM records WHERE seq > 0 ORDER BY 1")).toEqual([[2], [3]]);
  expect(query("SELECT DISTINCT version FROM signals ORDER BY 1")).toEqual([[1], [2]]);
});

test("a run of a store of version 4 that is resumed before its deadline is due then", async () => {
  const clock = createFakeClock(Date.UTC(2026, 10, 30));
  const { runs, store } = await open({ clock });
  const { expiresAt } = (await store.read("late")).records.flatMap((record) =>
    record.kind === "waiting" ? record.wait : [],
  )[0]!;
  expect(await runs.resume("late")).toMatchObject({ status: "suspended" });
  expect(await store.list({ dueBy: expiresAt! - 1 })).toEqual([]);
  expect(await store.list({ dueBy: expiresAt! })).toMatchObject([{ runId: "late", resumeAt: expiresAt }]);
});

test("a deadline in a store of version 4 that has passed decides", async () => {
  const { runs } = await open({ clock: createFakeClock(Date.UTC(2030, 0)) });
  expect(await runs.resume("late")).toMatchObject({
    status: "completed",
    nodes: { soon: { output: { response: { approved: false, late: true }, timedOut: true } } },
  });
});

test("a sub-workflow, a network and a run that was cut off go on from a store of version 4", async () => {
  const { runs, tasks, networks, tenants, sent, store } = await open();
  await tasks.respond("child", "sub.ok", { approved: true });
  expect(await runs.resume("child")).toMatchObject({ status: "completed", output: { sub: { n: { n: 1, ok: true } } } });
  await tasks.respond("nightly.publish", "ask", { approved: true });
  expect(await networks.resume("nightly")).toMatchObject({ status: "completed" });
  expect(await store.summary("nightly.publish")).toMatchObject({ startedBy: { runId: "nightly", path: "publish" } });
  expect(await runs.resume("cut")).toMatchObject({
    status: "completed",
    nodes: { s: { output: { n: 2 }, attempts: 1 }, h: { output: { held: true }, attempts: 2 } },
  });
  expect(sent).toEqual([]);
  const acme = tenants.of("acme");
  await acme.tasks.respond("answered", "ask", { approved: true });
  expect(await acme.runs.resume("answered")).toMatchObject({ status: "completed" });
});
