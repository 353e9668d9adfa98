import { formatPosition, journalStart, RunHost } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { openOlderStore } from "./older-store.ts";

/**
 * A store as the last ice without a server left it, in November 2026. `done` has ended, after an answer and a signal; `asks` asks in a
 * loop, with one answer, and until a deadline; `twice` asks a second time; `waits` waits for a signal, a year and in a scope that a
 * signal cancels; `left` was interrupted. The tenant `acme` has a run `asks` too.
 */
const fixture = "store-of-version-5.db.gz";
const clock = () => createFakeClock(Date.UTC(2026, 10, 30, 12));
const open = () => openOlderStore(fixture, { clock: clock() });

test("the open requests of a store of version 5 are listed, and only those", async () => {
  const { store, query } = await open();
  const { requests } = await store.requests();
  expect(requests.map(({ runId, path, request }) => `${runId} ${path} ${request}`).toSorted()).toEqual([
    "asks each[0].confirm 1",
    "asks each[2].confirm 1",
    "asks late 1",
    "twice l[1].ok 1",
  ]);
  expect(requests[0]).toMatchObject({ workflow: "w", promptMessage: "Go on with confirm?" });
  expect(await store.forTenant("acme").requests()).toMatchObject({ requests: [{ runId: "asks", path: "ok" }] });
  expect(query("PRAGMA user_version")).toEqual([[7]]);
  expect(query("PRAGMA foreign_key_check")).toEqual([]);
  expect(query("PRAGMA integrity_check")).toEqual([["ok"]]);
});

test("its answers and signals have their places among the records, by their times", async () => {
  const { store } = await open();
  const labels = async (runId: string): Promise<readonly string[]> =>
    (await store.readAfter(runId, journalStart)).entries.map((entry) => {
      const what = entry.kind === "record" ? entry.record.kind : entry.kind === "signal" ? entry.signal.id : "head";
      return `${formatPosition(entry.position)} ${what}`;
    });
  const done = await labels("done");
  const place = (what: string): number => done.findIndex((label) => label.endsWith(` ${what}`));
  expect(place("suspended")).toBeLessThan(place("ok#1"));
  expect(place("p1")).toBe(place("ok#1") + 1);
  expect(place("resumed")).toBe(place("p1") + 1);
  expect(done.at(-1)).toMatch(/ ended$/);
  expect((await labels("waits")).at(-1)).toMatch(/ e1$/);
  for (const { runId } of await store.list()) expect((await labels(runId))[0]).toBe("1.0 head");
});

test("its runs are on pages, and can be adopted by a host, which continues those that can go on", async () => {
  const { store, runtime, tasks, runs } = await open();
  expect((await store.page()).runs.map(({ runId }) => runId).toSorted()).toEqual(
    ["asks", "done", "left", "twice", "waits"].toSorted(),
  );
  expect(await store.hosting.toContinue(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  const host = runtime.use(RunHost);
  for (const runId of ["left", "twice"]) await host.adopt(runId);
  await tasks.respond("twice", "l[1].ok", { approved: true });
  expect((await store.hosting.toContinue(0, 10)).map(({ runId, why }) => `${runId} ${why}`)).toEqual([
    "left interrupted",
    "twice signalled",
  ]);
  for (const runId of ["left", "twice"]) await host.resume(runId);
  await expect.poll(async () => (await runs.show("twice")).status).toBe("completed");
});
