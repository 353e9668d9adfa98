import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, defineTool, WorkflowExecutionService, WorkflowFactory, type JsonObject } from "@ice/core";
import { withoutCredentials } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import {
  listQueues,
  listTakenQueues,
  listWorkers,
  openPostgresRunStore,
  setQueue,
  startWorker,
  type Worker,
  type WorkerNotice,
} from "../src/index.ts";
import { startProxy, type Proxy } from "./proxy.ts";
import { ended, watchfulOwner } from "./sample.ts";
import { newAddress } from "./store-fixture.ts";
import { workTool } from "./worker-tools.ts";
import { after, startCluster, work, type Cluster } from "./workers.ts";

// A process is one worker at most: that of this file is started once, and drained by the last test.
let cluster: Cluster;
let proxy: Proxy;
let worker: Worker;
let end: () => Promise<void>;

const { url } = newAddress();
const notices: WorkerNotice[] = [];

beforeAll(async () => {
  cluster = await startCluster(url);
  const folder = mkdtempSync(join(tmpdir(), "ice-worker-"));
  const log = join(folder, "log.jsonl");
  writeFileSync(log, "");
  const runtime = createRuntime();
  proxy = await startProxy(url);
  const store = await openPostgresRunStore(proxy.url, { leaseMs: 5000, beatMs: 500 });
  const { close } = await initializeOrchestrator({ runtime, store, tools: [workTool(log)] });
  worker = await startWorker(store, runtime, {
    provides: ["gpu"],
    slots: 5,
    onNotice: (notice) => void notices.push(notice),
  });
  end = async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  };
});
afterAll(async () => {
  await end();
  await proxy.close();
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

test("a run whose tool it lacks is reported once, and says so where it is waited for and explained", async () => {
  const runtime = createRuntime();
  const store = await openPostgresRunStore(url);
  const yo = defineTool({ name: "yo", args: z.object({}), run: async () => "yo" });
  const { close } = await initializeOrchestrator({ runtime, store, tools: [yo] });
  const service = runtime.use(WorkflowExecutionService);
  const nodes = [{ id: "y", type: "tool", toolName: "yo" }];
  const workflow = runtime.use(WorkflowFactory).create({ schemaVersion: "ice/v1", name: "demo", nodes });
  await workflow.enqueue({}, { runId: "lacks" });
  const blocked = { type: "run.blocked", runId: "lacks", code: "ICE_BLUEPRINT_INVALID" };
  await expect.poll(() => notices, { timeout: 10_000 }).toMatchObject([blocked]);
  const why = expect.stringContaining('there is no tool "yo"');
  await expect.poll(() => store.summary("lacks")).toMatchObject({ status: "queued", blocked: { message: why } });
  await expect(service.wait("lacks", { timeoutMs: 100 })).rejects.toMatchObject({
    message: why,
    fix: expect.stringContaining("give the workers what it needs"),
  });
  expect(await service.explain("lacks")).toMatchObject([{ path: "y", status: "pending", reason: why }]);
  // Another process that lacks the tool, too, says what it can.
  expect(await cluster.service.explain("lacks")).toMatchObject([{ path: "y", status: "pending", reason: why }]);
  await service.handOn("lacks");
  await expect
    .poll(() => cluster.query("SELECT ticket FROM runs WHERE run_id = 'lacks'"))
    .not.toEqual([{ ticket: null }]);
  // A worker that has it goes on with it.
  const { journal } = await store.open("lacks", watchfulOwner());
  expect((await store.summary("lacks")).blocked).toBeUndefined();
  expect(notices).toHaveLength(1);
  await journal.append(ended);
  await close();
});

test("after an outage it takes what was queued soon, and reports that the store was away and is back", async () => {
  const { dbRetryConfig } = await import("@dbos-inc/dbos-sdk/internal/utils");
  // By default it would be a minute, which only a long outage shows.
  expect(dbRetryConfig.maxBackoffSec).toBe(2);
  notices.length = 0;
  proxy.pause();
  await cluster.queue("during", [work("a")]);
  await expect.poll(() => notices, { timeout: 20_000 }).toMatchObject([{ type: "store.unreachable" }]);
  proxy.resume();
  expect(await cluster.result("during", 10_000)).toMatchObject({ status: "completed" });
  await expect
    .poll(() => notices, { timeout: 10_000 })
    .toMatchObject([
      { type: "store.unreachable", store: withoutCredentials(proxy.url) },
      { type: "store.reached", awayMs: expect.any(Number) },
    ]);
});

test("it drains: nothing is begun any more, and what was queued stays there", async () => {
  await worker.drain(5000);
  await cluster.queue("left", [work("a")]);
  expect(await listWorkers(cluster.store)).toEqual([]);
  await expect(cluster.service.wait("left", { timeoutMs: 1000 })).rejects.toMatchObject({ code: "ICE_WAIT_TIMEOUT" });
  expect(await cluster.store.summary("left")).toMatchObject({ status: "queued" });
});
