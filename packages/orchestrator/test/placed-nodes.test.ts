import { Tenants, WorkflowExecutionService, type NodeInput, type PlacedOutcome, type RunEvent } from "@ice/core";
import { describe, expect, test } from "vitest";
import { Workflow } from "../src/index.ts";
import { onGpu, startProcess, twoProcesses, where } from "./two-processes.ts";

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

  test("with what is around it, requires no more names than workers take together", async () => {
    const { run, jobs } = await twoProcesses();
    const names = (requires: readonly string[]) => ({ requires });
    const inLoop = (...requires: readonly string[]): NodeInput =>
      ({
        id: "l",
        type: "loop",
        itemsSource: "[1]",
        ...names(["a", "b", "gpu"]),
        body: [where("x", {}, names(requires))],
      }) as NodeInput;
    await expect(run([inLoop("gpu", "c", "d")])).rejects.toMatchObject({
      code: "ICE_BLUEPRINT_INVALID",
      details: {
        issues: [
          {
            path: "/nodes/0/body/0/requires",
            message:
              "with what is around it, it requires 5 names (a, b, c, d, gpu), but a worker takes nodes of at most 4",
            fix: expect.stringContaining("require one name that stands for several"),
          },
        ],
      },
    });
    expect(await run([inLoop("gpu", "c")], { runId: "four" })).toMatchObject({ status: "completed" });
    // A sub-workflow does not know what is around it.
    const around = { id: "w", type: "workflow", workflowRef: "demanding", ...names(["a", "b", "c"]) } as NodeInput;
    expect(await run([around], { runId: "sub" })).toMatchObject({
      status: "failed",
      nodes: {
        w: {
          attempts: 1,
          error: {
            code: "ICE_BLUEPRINT_INVALID",
            message:
              'The node "c" cannot be executed: with what is around it, it requires 5 names (a, b, c, d, e), but a worker takes nodes of at most 4.',
          },
        },
      },
    });
    expect(jobs).toHaveLength(1);
  });
});

describe("an attempt elsewhere", () => {
  test("resolves the secrets that its blueprint names, and none that a template brings", async () => {
    const { run } = await twoProcesses();
    const headers = { written: "secret://token", brought: "{{ inputs.text }}" };
    const send = { id: "g", type: "tool", toolName: "send", toolArgs: { url: "https://x.test/", headers }, ...onGpu };
    const { output, error } = await run([send as NodeInput], { inputs: { text: "secret://token" } });
    expect(error).toBeUndefined();
    expect(output).toEqual({ g: { written: "[secret:token]", brought: "secret://token" } });
  });

  test("is announced with its queue and with the worker that takes it", async () => {
    let lost = 0;
    const { run, owner } = await twoProcesses(async (_, execute) => ((lost += 1) === 1 ? { lost: true } : execute()), {
      claimedBy: "w7",
    });
    const events: unknown[] = [];
    await run([where("g", {}, { requires: ["gpu", "disk"] })], {
      onEvent: ({ type, path, attempt, data }: RunEvent) => {
        if (path === "g") events.push([type, attempt, data]);
      },
    });
    expect(events).toEqual([
      ["node.started", 1, {}],
      ["node.placed", 1, { queue: "disk+gpu" }],
      ["node.claimed", 1, { worker: "w7" }],
      ["node.placed", 2, { queue: "disk+gpu" }],
      ["node.claimed", 2, { worker: "w7" }],
      ["node.completed", 2, { durationMs: expect.any(Number) }],
    ]);
    // Other processes read them from the journal, which does not know the worker.
    const feed = await owner.runtime.use(Tenants).of("default").feed.read("r");
    expect(feed.events.map(({ type, attempt, data }) => [type, attempt, data])).toMatchObject([
      ["workflow.started", undefined, {}],
      ["node.placed", 1, { queue: "disk+gpu" }],
      ["node.placed", 2, { queue: "disk+gpu" }],
      ["node.completed", 2, {}],
      ["workflow.completed", undefined, {}],
    ]);
  });

  test.each([
    [undefined, { status: "waiting", reason: 'waits in the queue "gpu" for a worker that provides gpu' }],
    ["w7", { status: "running", reason: "is executed by the worker w7" }],
  ])("is explained by who has it: %s", async (worker, explanation) => {
    const ended = Promise.withResolvers<PlacedOutcome>();
    const { run, jobs, owner } = await twoProcesses(() => ended.promise, { claimedBy: worker });
    const running = run([where("g", {}, onGpu)]);
    await expect.poll(() => jobs.length).toBe(1);
    expect(await owner.runtime.use(WorkflowExecutionService).explain("r")).toEqual([{ path: "g", ...explanation }]);
    ended.resolve({ output: 1, usage: {} });
    expect(await running).toMatchObject({ output: { g: 1 } });
  });

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
    const { run } = await twoProcesses(async (_, execute) => ((left += 1) <= 4 ? stopped : execute()));
    const began = performance.now();
    const { nodes } = await run([where("g", {}, onGpu)]);
    expect(nodes["g"]).toMatchObject({ status: "completed", attempts: 5 });
    // It pauses after the second of them, and longer after each further one.
    expect(performance.now() - began).toBeGreaterThan(250 + 500 + 1000 - 10);
  });

  test("can be cancelled while it waits for a worker that does not leave it", async () => {
    const { run, jobs, owner } = await twoProcesses(() => Promise.resolve({ lost: true, left: true }));
    const running = run([where("g", {}, onGpu)]);
    await expect.poll(() => jobs.length).toBe(3);
    await owner.runtime.use(WorkflowExecutionService).cancel("r");
    expect(await running).toMatchObject({ status: "cancelled", nodes: { g: { status: "cancelled" } } });
    expect(jobs).toHaveLength(3);
  });

  test("has its time limit also where it is executed after a loss, by a process that now provides what it requires", async () => {
    const { run, store, owner } = await twoProcesses(async () => {
      store.dispatcher!.executes = () => true;
      return { lost: true };
    });
    const { error } = await run([where("g", { waits: true }, { ...onGpu, timeoutSeconds: 0.05 })]);
    expect(error).toMatchObject({ code: "ICE_NODE_TIMEOUT", path: "g" });
    expect(owner.calls).toMatchObject([{ attempt: 2, aborted: true }]);
  });

  test("takes from the budget where it is executed after a loss, by a process that now provides what it requires", async () => {
    const { run, store } = await twoProcesses(async () => {
      store.dispatcher!.executes = () => true;
      return { lost: true };
    });
    const result = await run([where("g", {}, onGpu)], {}, { budget: { toolCalls: 1 } });
    expect(result).toMatchObject({ status: "completed", output: { g: { at: "owner", attempt: 2 } } });
    expect(result.usage).toMatchObject({ toolCalls: 1 });
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
