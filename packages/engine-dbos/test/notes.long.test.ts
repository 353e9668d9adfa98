import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "@ice/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startProxy } from "./proxy.ts";
import { newAddress } from "./store-fixture.ts";
import { after, startCluster, work, type Cluster } from "./workers.ts";
import type { WorkerTask } from "./worker-process.ts";

/** What is promised, and how slow the machine of the tests may be. */
const soonMs = 200 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);
/** Looks that no note has asked for come too late for any test. */
const onNotesAlone = { leaseMs: 400_000, beatMs: 100_000 };
const onGpu = { requires: ["gpu"] };

let cluster: Cluster;
let url: string;
beforeEach(async () => {
  ({ url } = newAddress());
  cluster = await startCluster(url);
});
afterEach(() => cluster.close());

const owner = (task: Partial<WorkerTask> = onNotesAlone) => cluster.start(task);
const executor = (task: Partial<WorkerTask> = onNotesAlone) => cluster.start({ ...task, provides: ["gpu"] });

/** What a tool did in a run, as soon as it has. */
async function first(run: string, phase: "begin" | "abort" | "end", path = "a"): Promise<number> {
  const steps = () => cluster.steps({ run, phase, path });
  await expect.poll(() => steps().length, { timeout: 20_000, interval: 5 }).toBe(1);
  return steps()[0]!.at;
}

async function cancelLatency(run: string, node: JsonObject): Promise<number> {
  await cluster.queue(run, [node]);
  await first(run, "begin");
  await delay(200);
  const asked = Date.now();
  await cluster.service.cancel(run, "by request");
  return (await first(run, "abort")) - asked;
}

test("by a note, a cancellation stops a node and a placed node, and the outcome of the latter reaches its run", async () => {
  await Promise.all([owner(), executor()]);
  const latencies = [
    await cancelLatency("here", work("a", { ms: 30_000 })),
    await cancelLatency("there", work("a", { ms: 30_000 }, onGpu)),
  ];
  expect(Math.max(...latencies)).toBeLessThan(soonMs);
  for (const run of ["here", "there"]) expect(await cluster.result(run)).toMatchObject({ status: "cancelled" });
  await cluster.queue("r", [work("a", {}, onGpu), work("b", {}, after("a"))]);
  expect((await first("r", "begin", "b")) - (await first("r", "end"))).toBeLessThan(soonMs);
});

test("by a note, a worker takes a run that was answered, also one with a deadline", async () => {
  await owner();
  const runs = { late: { timeoutSeconds: 3600 }, open: {} };
  for (const [run, more] of Object.entries(runs)) {
    const ask = { id: "ok", type: "human", promptMessage: "Go on?", approvalType: "approval", ...more };
    await cluster.queue(run, [ask, work("a", {}, after("ok"))]);
    expect(await cluster.result(run)).toMatchObject({ status: "suspended" });
  }
  // From now on DBOS looks into the queue too rarely for this test; the worker notices that within a second.
  await cluster.query(`UPDATE ${new URL(url).searchParams.get("schema")}_dbos.queues SET polling_interval_sec = 100`);
  await delay(2500);
  for (const run of Object.keys(runs)) {
    const answered = Date.now();
    await cluster.tasks.respond(run, "ok", { approved: true }, { by: "kim" });
    expect((await first(run, "begin")) - answered).toBeLessThan(soonMs);
  }
});

test("by a note, an owner learns at once that a node was lost with its worker", async () => {
  const [, leaving] = await Promise.all([owner(), executor({ ...onNotesAlone, drainMs: 100 })]);
  await cluster.queue("r", [work("a", { ms: 3000 }, onGpu)]);
  await first("r", "begin");
  await executor();
  leaving.kill("SIGTERM");
  await leaving.ended;
  const left = Date.now();
  await expect.poll(() => cluster.steps({ attempt: 2 }).length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  expect(cluster.steps({ attempt: 2 })[0]!.at - left).toBeLessThan(soonMs + 1000);
});

test("without notes, the looks find cancellations and outcomes", async () => {
  const proxy = await startProxy(url);
  proxy.dropNotes();
  const task = { url: proxy.url, leaseMs: 10_000, beatMs: 300 };
  await Promise.all([owner(task), executor(task)]);
  expect(proxy.losses).toBe(2);
  await cancelLatency("here", work("a", { ms: 30_000 }));
  await cancelLatency("there", work("a", { ms: 30_000 }, onGpu));
  for (const run of ["here", "there"]) expect(await cluster.result(run)).toMatchObject({ status: "cancelled" });
  await cluster.queue("r", [work("a", {}, onGpu), work("b", {}, after("a"))]);
  expect(await cluster.result("r")).toMatchObject({ status: "completed" });
  await proxy.close();
});

test("notes arrive again when the connection that listens was lost", async () => {
  const proxy = await startProxy(url);
  const task = { url: proxy.url, leaseMs: 20_000, beatMs: 500 };
  await Promise.all([owner(task), executor(task)]);
  await cluster.queue("r", [work("a", { ms: 30_000 }, onGpu)]);
  await first("r", "begin");
  proxy.pause();
  await delay(200);
  proxy.resume();
  await delay(2000);
  const asked = Date.now();
  await cluster.service.cancel("r", "by request");
  expect((await first("r", "abort")) - asked).toBeLessThan(soonMs);
  await proxy.close();
});
