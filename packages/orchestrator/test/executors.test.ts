import {
  createRuntime,
  defineAgent,
  defineNode,
  defineTool,
  IceError,
  registerNode,
  serviceKey,
  ToolExecutionService,
  WorkflowExecutionService,
  WorkflowFactory,
  type NodeActivation,
  type ToolContext,
} from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { echo, runNodes, sleep } from "./run-nodes.ts";

/** Runs one node of a type with this executor. */
const runNode = (execute: (activation: NodeActivation) => unknown, fields: object = {}, others: never[] = []) =>
  runNodes([{ id: "a", type: "mine", ...fields } as never, ...others], {
    before: { before: (runtime) => registerNode("mine", execute as never, { runtime }) },
  });

describe("the result of an executor", () => {
  test("a promise of another library is waited for", async () => {
    const thenable = (settle: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void) => ({
      then: settle, // oxlint-disable-line unicorn/no-thenable
    });
    const good = await runNode(() => thenable((resolve) => resolve({ v: 1 })));
    expect(good.output).toEqual({ a: { v: 1 } });
    const bad = await runNode(() => thenable((_resolve, reject) => reject(new Error("no"))));
    expect(bad.nodes["a"]!.error).toMatchObject({ code: "ICE_NODE_FAILED", message: "no" });
  });

  test.each(["output", "declares"] as const)("is parsed with `output`, not with `declares`: %s", async (option) => {
    const definition = defineNode({ type: "mine", config: z.object({}), [option]: z.object({ n: z.number() }) });
    const runOne = (value: unknown, more: object[] = []) =>
      runNodes([{ id: "a", type: "mine" }, ...more] as never, {
        before: { before: (runtime) => registerNode(definition, () => value, { runtime }) },
      });
    expect((await runOne({ n: 1, extra: 2 })).output).toEqual({
      a: option === "output" ? { n: 1 } : { n: 1, extra: 2 },
    });
    expect((await runOne({ n: "1" })).nodes["a"]!.status).toBe(option === "output" ? "failed" : "completed");
    await expect(runOne({ n: 1 }, [echo("b", { x: "{{ a.m }}" })])).rejects.toMatchObject({
      code: "ICE_BLUEPRINT_INVALID",
      message: expect.stringMatching(/has no "m"/) as unknown,
    });
  });

  test("data with a field named `then` is data", async () => {
    const data: unknown = JSON.parse('{ "then": "go home" }');
    expect((await runNode(() => data)).output).toEqual({ a: data });
  });

  test("an error keeps the details that are JSON and drops the others", async () => {
    const failing = (details: Record<string, unknown>) =>
      runNode(() => {
        throw new IceError("E_MINE", "broken", { details });
      });
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect((await failing({ n: 1, at: new Date(0) })).error).toEqual({
      code: "E_MINE",
      message: "broken",
      path: "a",
      details: { n: 1, at: "1970-01-01T00:00:00.000Z" },
    });
    for (const details of [cyclic, { big: 1n }, {}])
      expect((await failing(details)).error).toEqual({ code: "E_MINE", message: "broken", path: "a" });
  });
});

describe("the signal of an executor", () => {
  test("that is read only after the time-out is aborted already, with the reason", async () => {
    let signal: AbortSignal | undefined;
    const { nodes } = await runNode(
      async (activation) => {
        await activation.use(ToolExecutionService).execute("sleep", { ms: 1000 });
        ({ signal } = activation);
        return null;
      },
      { timeoutSeconds: 0.1 },
      [sleep("after", 2000) as never],
    );
    expect(nodes["a"]!.error).toMatchObject({ code: "ICE_NODE_TIMEOUT" });
    expect(signal!.aborted).toBe(true);
  });

  test("that was read before is aborted with the time-out as its reason", async () => {
    let reason: unknown;
    await runNode(
      ({ signal }) => new Promise(() => signal.addEventListener("abort", () => (reason = signal.reason as unknown))),
      { timeoutSeconds: 0.1 },
    );
    expect(reason).toMatchObject({ code: "ICE_NODE_TIMEOUT" });
  });
});

describe("the arguments and context of a tool", () => {
  const seen: ToolContext[] = [];
  const look = defineTool({
    name: "look",
    args: z.object({}),
    run(_args, context) {
      seen.push(context);
      context.progress({ percent: 50 });
      return { key: context.idempotencyKey, aborted: context.signal.aborted };
    },
  });
  const answer = serviceKey<number>("answer");

  test("called by a node: its path, run, attempt, key and signal; its progress is an event of the node", async () => {
    const {
      output,
      test: engine,
      runId,
    } = await runNodes([{ id: "a", type: "tool", toolName: "look" }], {
      start: { tools: [look as never] },
    });
    expect(output["a"]).toEqual({ key: expect.stringMatching(/^[0-9a-f]{32}$/), aborted: false });
    expect(seen.at(-1)).toMatchObject({ path: "a", attempt: 1, runId });
    expect(engine.events.of("node.progressed")).toMatchObject([{ path: "a", data: { percent: 50 } }]);
  });

  test("called without a node: neutral values, and the services of the runtime", async () => {
    const runtime = createRuntime();
    runtime.provide(answer, 42);
    const { close } = await initializeOrchestrator({ runtime, tools: [look as never] });
    const service = runtime.use(ToolExecutionService);
    expect(await service.execute("look", {})).toEqual({ key: "", aborted: false });
    const context = seen.at(-1)!;
    expect(context).toMatchObject({ path: "", runId: "", attempt: 1 });
    expect(context.use(answer)).toBe(42);
    const progress: unknown[] = [];
    const { signal } = new AbortController();
    await service.execute("look", {}, { signal, idempotencyKey: "k", onProgress: (data) => progress.push(data) });
    expect(seen.at(-1)!.signal).toBe(signal);
    expect(seen.at(-1)!.idempotencyKey).toBe("k");
    expect(progress).toEqual([{ percent: 50 }]);
    await close();
  });

  test("arguments that do not match are reported with their position", async () => {
    const runtime = createRuntime();
    const nested = defineTool({ name: "nested", args: z.object({ a: z.array(z.number()) }), run: () => null });
    const { close } = await initializeOrchestrator({ runtime, tools: [nested as never] });
    await expect(runtime.use(ToolExecutionService).execute("nested", { a: [1, "x"] })).rejects.toMatchObject({
      code: "ICE_TOOL_ARGS",
      message: expect.stringContaining("`a.1` must be "),
      details: { tool: "nested", issues: [{ path: ["a", "1"] }] },
    });
    await expect(runtime.use(ToolExecutionService).execute("nested", [] as never)).rejects.toMatchObject({
      message: expect.not.stringContaining("/"),
    });
    await close();
  });
});

test("an agent sees its signal and the services of the runtime", async () => {
  const agent = defineAgent({
    name: "curious",
    run: ({ signal, use }) => ({
      aborted: signal.aborted,
      tools: use(ToolExecutionService)
        .list()
        .map(({ name }) => name),
    }),
  });
  const { output } = await runNodes([{ id: "a", type: "agent", package: "curious" }], { start: { agents: [agent] } });
  expect(output["a"]).toMatchObject({ output: { aborted: false, tools: expect.arrayContaining(["echo"]) } });
});

test("the execution service runs a workflow to its end, and a signal cancels one that it started", async () => {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime });
  const service = runtime.use(WorkflowExecutionService);
  const quick = runtime.use(WorkflowFactory).create({ name: "quick", nodes: [echo("a", { v: "{{ inputs.v }}" })] });
  expect((await service.execute(quick, { v: 1 })).output).toEqual({ a: { v: 1 } });
  const slow = runtime.use(WorkflowFactory).create({ name: "slow", nodes: [sleep("s", 60_000)] });
  const controller = new AbortController();
  const { result } = service.start(slow, {}, { signal: controller.signal });
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  expect((await result).status).toBe("cancelled");
  await close();
});

test.each([
  ["a BigInt", { rows: [{ price: 1n }] }, "/inputs/rows/0/price", "rows.0.price"],
  [
    "a key that reaches for prototypes",
    JSON.parse('{"a": {"__proto__": 1}}') as object,
    "/inputs/a/__proto__",
    "a.__proto__",
  ],
])("inputs with %s are refused before anything runs, naming the place", async (_name, inputs, path, named) => {
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime });
  const workflow = new Workflow([echo("a")], { name: "w", runtime });
  await expect(workflow.execute(inputs as never)).rejects.toMatchObject({
    code: "ICE_INPUT_INVALID",
    message: expect.stringContaining(`\`${named}\``),
    details: { issues: [{ code: "ICE_INPUT_INVALID", path }] },
  });
  await close();
});
