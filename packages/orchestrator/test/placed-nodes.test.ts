import {
  createRuntime,
  defineTool,
  IceError,
  JobRunner,
  RunStore,
  type JsonObject,
  type NodeInput,
  type PlacedJob,
  type PlacedOutcome,
  type RunDispatcher,
} from "@ice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { MemoryRunStore } from "../src/journal/memory-run-store.ts";
import { named } from "./language-nodes.ts";

const where = (id: string, toolArgs: JsonObject = {}, more: object = {}): NodeInput => ({
  id,
  type: "tool",
  toolName: "where",
  toolArgs,
  ...more,
});
const onGpu = { requires: ["gpu"] };
const child = named("child", [where("c")]);

/** A process with a tool that says where, and in which attempt, it was called. */
async function startProcess(name: string, options: Pick<OrchestratorOptions, "store" | "clock">) {
  const calls: { readonly path: string; readonly attempt: number; readonly key: string; aborted: boolean }[] = [];
  const tool = defineTool({
    name: "where",
    description: "Says where it is called.",
    args: z.strictObject({
      fails: z.int().default(0),
      waits: z.boolean().default(false),
      with: z.unknown().optional(),
    }),
    sideEffects: "external",
    async run({ fails, waits, with: value }, { attempt, path, idempotencyKey, signal }) {
      const call = { path, attempt, key: idempotencyKey, aborted: false };
      calls.push(call);
      if (attempt <= fails) throw new IceError("ICE_BUSY", "not yet", { retryable: true });
      if (waits)
        await new Promise<void>((resolve) => {
          signal.addEventListener("abort", () => ((call.aborted = true), resolve()));
        });
      return { at: name, attempt, with: value ?? null };
    },
  });
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, tools: [tool], workflows: [child], ...options });
  onTestFinished(close);
  return { runtime, calls };
}

/** Two processes on one store: one owns runs, and the other provides `gpu`. */
async function twoProcesses(
  place: (job: PlacedJob, run: () => Promise<PlacedOutcome>) => Promise<PlacedOutcome> = (_, run) => run(),
) {
  const jobs: PlacedJob[] = [];
  const dispatcher: RunDispatcher = {
    enqueue: () => Promise.reject(new Error("nothing is queued here")),
    handOn: () => Promise.resolve(false),
    executes: (requires) => requires.length === 0,
    place: (job, signal) => {
      jobs.push(job);
      return place(job, () => gpu.runtime.use(JobRunner).run({ ...job, tenant: "default" }, signal));
    },
  };
  const store: RunStore = Object.assign(new MemoryRunStore(), { dispatcher });
  const gpu = await startProcess("gpu", { store: new MemoryRunStore() });
  // It reads documents where the owner has stored them.
  Object.assign(gpu.runtime.use(RunStore), { read: (runId: string) => store.read(runId) });
  const owner = await startProcess("owner", { store });
  const run = (nodes: readonly NodeInput[], options = {}) =>
    new Workflow(nodes, { name: "test", runtime: owner.runtime }).execute({}, { runId: "r", ...options });
  return { run, jobs, owner, gpu, dispatcher };
}

describe("a node that requires something", () => {
  test("is executed by the process that provides it, the others by the owner of the run", async () => {
    const { run } = await twoProcesses();
    const result = await run([
      where("a"),
      where("g", { with: "{{ a.at }}" }, onGpu),
      where("z", { with: "{{ g.at }}" }),
    ]);
    expect(result.output).toEqual({
      a: { at: "owner", attempt: 1, with: null },
      g: { at: "gpu", attempt: 1, with: "owner" },
      z: { at: "owner", attempt: 1, with: "gpu" },
    });
  });

  test("is executed here if the store belongs to one machine", async () => {
    const { runtime } = await startProcess("alone", {});
    const { output } = await new Workflow([where("g", {}, onGpu)], { name: "test", runtime }).execute();
    expect(output).toMatchObject({ g: { at: "alone" } });
  });

  test("in a container hands it on to what is in it, also in a sub-workflow", async () => {
    const { run, jobs } = await twoProcesses();
    const body = [where("x"), where("y", { with: "{{ x.at }}" }, { requires: ["disk"] })];
    const { output } = await run([
      { id: "l", type: "loop", itemsSource: "[1, 2]", ...onGpu, body, itemOutput: "{{ y.with }}" } as NodeInput,
      { id: "w", type: "workflow", workflowRef: "child", ...onGpu } as NodeInput,
    ]);
    expect(output).toMatchObject({ l: ["gpu", "gpu"] });
    expect(jobs.map(({ path, requires }) => `${path} ${requires.join("+")}`).toSorted()).toEqual([
      "l[0].x gpu",
      "l[0].y disk+gpu",
      "l[1].x gpu",
      "l[1].y disk+gpu",
      "w.c gpu",
    ]);
  });
});

describe("an attempt elsewhere", () => {
  test("fails with the error of the tool, and the owner of the run tries it again", async () => {
    const { run, gpu } = await twoProcesses();
    const result = await run([
      where("g", { fails: 2 }, { ...onGpu, retryPolicy: { maxAttempts: 3, backoffSeconds: 0.001 } }),
    ]);
    expect(result.nodes["g"]).toMatchObject({ status: "completed", attempts: 3, output: { at: "gpu", attempt: 3 } });
    expect(new Set(gpu.calls.map(({ key }) => key)).size).toBe(1);
    const failed = await run([where("g", { fails: 9 }, onGpu)], { runId: "f" });
    expect(failed.error).toMatchObject({ code: "ICE_BUSY", path: "g" });
  });

  test("is repeated when its worker is lost, without a retry policy, with the same key", async () => {
    let lost = 0;
    const { run, jobs } = await twoProcesses(async (_, execute) => ((lost += 1) <= 2 ? { lost: true } : execute()));
    const { nodes } = await run([where("g", {}, onGpu)]);
    expect(nodes["g"]).toMatchObject({ attempts: 3, output: { attempt: 3 } });
    expect(jobs.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(jobs.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  test("goes on with another worker however many have been stopped meanwhile", async () => {
    let left = 0;
    const stopped = { lost: true, left: true } as const;
    const { run } = await twoProcesses(async (_, execute) => ((left += 1) <= 5 ? stopped : execute()));
    const { nodes } = await run([where("g", {}, onGpu)]);
    expect(nodes["g"]).toMatchObject({ status: "completed", attempts: 6 });
  });

  test("has its time limit also where it is executed after a loss, by a process that now provides what it requires", async () => {
    const { run, dispatcher, owner } = await twoProcesses(async () => {
      dispatcher.executes = () => true;
      return { lost: true };
    });
    const { error } = await run([where("g", { waits: true }, { ...onGpu, timeoutSeconds: 0.05 })]);
    expect(error).toMatchObject({ code: "ICE_NODE_TIMEOUT", path: "g" });
    expect(owner.calls).toMatchObject([{ attempt: 2, aborted: true }]);
  });

  test("is placed again, and has not failed, when the store was away", async () => {
    let away = 0;
    const { run, jobs } = await twoProcesses(async (_, execute) => {
      if ((away += 1) <= 2) throw new IceError("ICE_STORE_UNAVAILABLE", "away");
      return execute();
    });
    const { nodes } = await run([where("g", {}, onGpu)]);
    expect(nodes["g"]).toMatchObject({ status: "completed", attempts: 1 });
    expect(jobs.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  test("is not placed any more once it is cancelled, although the store is away", async () => {
    const { run, jobs } = await twoProcesses(async () => {
      throw new IceError("ICE_STORE_UNAVAILABLE", "away");
    });
    const controller = new AbortController();
    const running = run([where("g", {}, onGpu)], { signal: controller.signal });
    await expect.poll(() => jobs.length).toBe(1);
    controller.abort();
    expect(await running).toMatchObject({ status: "cancelled", nodes: { g: { status: "cancelled" } } });
    expect(jobs).toHaveLength(1);
  });

  test("fails the node once it has taken three workers along", async () => {
    const { run } = await twoProcesses(async () => ({ lost: true }));
    const { error, nodes } = await run([
      where("g", {}, { ...onGpu, retryPolicy: { maxAttempts: 5, backoffSeconds: 0.001 } }),
    ]);
    expect(error).toMatchObject({ code: "ICE_WORKER_LOST", path: "g" });
    expect(nodes["g"]).toMatchObject({ status: "failed", attempts: 3 });
  });

  test("is aborted with the run, and by its own time limit", async () => {
    const { run, gpu } = await twoProcesses();
    const limited = await run([where("g", { waits: true }, { ...onGpu, timeoutSeconds: 0.05 })]);
    expect(limited.error).toMatchObject({ code: "ICE_NODE_TIMEOUT", path: "g" });
    const controller = new AbortController();
    const running = run([where("g", { waits: true }, onGpu)], { runId: "c", signal: controller.signal });
    await expect.poll(() => gpu.calls.length).toBe(2);
    controller.abort();
    expect(await running).toMatchObject({ status: "cancelled", nodes: { g: { status: "cancelled" } } });
    expect(gpu.calls.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
