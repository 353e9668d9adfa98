import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, type JsonObject } from "@ice/core";
import { initializeOrchestrator } from "@ice/orchestrator";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  listQueues,
  listTakenQueues,
  listWorkers,
  openPostgresRunStore,
  setQueue,
  startWorker,
  type Worker,
} from "../src/index.ts";
import { newAddress } from "./store-fixture.ts";
import { workTool } from "./worker-tools.ts";
import { after, startCluster, work, type Cluster } from "./workers.ts";

// A process is one worker at most: that of this file is started once, and drained by the last test.
let cluster: Cluster;
let worker: Worker;
let end: () => Promise<void>;

beforeAll(async () => {
  const { url } = newAddress();
  cluster = await startCluster(url);
  const folder = mkdtempSync(join(tmpdir(), "ice-worker-"));
  const log = join(folder, "log.jsonl");
  writeFileSync(log, "");
  const runtime = createRuntime();
  const store = await openPostgresRunStore(url, { leaseMs: 5000, beatMs: 500 });
  const { close } = await initializeOrchestrator({ runtime, store, tools: [workTool(log)] });
  worker = await startWorker(store, runtime, { provides: ["gpu"], slots: 5 });
  end = async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  };
});
afterAll(async () => {
  await end();
  await cluster.close();
});

const onGpu = { requires: ["gpu"] };
const ask = (id: string, more: JsonObject = {}): JsonObject => ({
  id,
  type: "human",
  promptMessage: "Go on?",
  approvalType: "approval",
  ...more,
});

test("it is listed, and executes what is queued, its own requirements too", async () => {
  expect(await listTakenQueues(cluster.store)).toContain("gpu");
  expect(await listWorkers(cluster.store)).toMatchObject([{ id: worker.id, pid: process.pid, provides: ["gpu"] }]);
  await cluster.queue("r", [work("a"), work("g", {}, { ...onGpu, ...after("a") })]);
  expect(await cluster.result("r")).toMatchObject({ status: "completed", nodes: { g: { attempts: 1 } } });
});

test("a queue with a limit takes its nodes also where they could be executed at once, and returns their errors", async () => {
  await setQueue(cluster.store, "gpu", { total: 1 });
  await expect.poll(() => listQueues(cluster.store)).toMatchObject([{ name: "gpu", total: 1 }, { name: "runs" }]);
  await new Promise((resolve) => setTimeout(resolve, 1500)); // workers read limits each second
  const fails = { id: "f", type: "tool", toolName: "fail", toolArgs: { code: "ICE_OUT_OF_PAPER" }, ...onGpu };
  await cluster.queue("placed", [
    work("g", {}, onGpu),
    work("h", {}, onGpu),
    { ...fails, onError: { output: "{{ error.code }}" } },
  ]);
  const result = await cluster.result("placed");
  expect(result).toMatchObject({ status: "completed", output: { f: "ICE_OUT_OF_PAPER" } });
  expect(await cluster.query("SELECT count(*)::integer AS jobs FROM outcomes")).toEqual([{ jobs: 3 }]);
});

test("a suspended run goes on when it is answered, and one whose time comes by itself", async () => {
  await cluster.queue("asks", [ask("ok"), work("b", {}, after("ok"))]);
  expect(await cluster.result("asks")).toMatchObject({ status: "suspended" });
  await cluster.queue("late", [ask("ok", { timeoutSeconds: 7, onTimeout: "reject" }), work("b", {}, after("ok"))]);
  await cluster.tasks.respond("asks", "ok", { approved: true }, { by: "kim" });
  expect(await cluster.result("asks")).toMatchObject({ status: "completed", output: { ok: { respondedBy: "kim" } } });
  await expect.poll(async () => (await cluster.store.summary("late")).status, { timeout: 30_000 }).toBe("completed");
});

test("it drains: nothing is begun any more, and what was queued stays there", async () => {
  await worker.drain(5000);
  await cluster.queue("left", [work("a")]);
  expect(await listWorkers(cluster.store)).toEqual([]);
  await expect(cluster.service.wait("left", { timeoutMs: 1000 })).rejects.toMatchObject({ code: "ICE_WAIT_TIMEOUT" });
  expect(await cluster.store.summary("left")).toMatchObject({ status: "queued" });
});
