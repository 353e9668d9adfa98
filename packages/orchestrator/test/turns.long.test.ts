import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PerformanceObserver } from "node:perf_hooks";
import {
  createRuntime,
  defineTool,
  HumanTaskService,
  RunStore,
  WorkflowExecutionService,
  type Json,
  type NodeInput,
  type Runtime,
} from "@ice/core";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type Orchestrator } from "../src/index.ts";
import { SqliteRunStore } from "../src/journal/sqlite/sqlite-run-store.ts";
import { after, echo, sleep } from "./run-nodes.ts";

const open: Orchestrator[] = [];
afterEach(async () => {
  for (const { close } of open.splice(0)) await close();
});

async function started(before: (runtime: Runtime) => void = () => {}): Promise<Runtime> {
  const runtime = createRuntime();
  before(runtime);
  open.push(await initializeOrchestrator({ runtime }));
  return runtime;
}

/**
 * What `work` gives, and the longest time for which this thread worked in one turn of the event loop: of its processor's time,
 * less the longest collection of garbage.
 */
async function watched<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly longestMs: number }> {
  let longestMs = 0;
  let longestGcMs = 0;
  const collections = new PerformanceObserver((list) => {
    longestGcMs = Math.max(longestGcMs, ...list.getEntries().map(({ duration }) => duration));
  });
  collections.observe({ entryTypes: ["gc"] });
  let last = process.threadCpuUsage();
  let watching = true;
  const turn = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    last = process.threadCpuUsage();
    if (watching) setImmediate(turn);
  };
  await new Promise((resolve) => setImmediate(resolve));
  last = process.threadCpuUsage();
  setImmediate(turn);
  const result = await work();
  await new Promise((resolve) => setImmediate(resolve));
  watching = false;
  await new Promise((resolve) => setTimeout(resolve, 1)); // the observer is called later
  collections.disconnect();
  return { result, longestMs: longestMs - longestGcMs };
}

/** A slice is 4 ms and a step less; shorter collections of garbage count. */
const boundMs = 60 * Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);

/** What is checked takes half a second: each entry is compared with 300 alternatives. */
const entries = Array.from({ length: 10_000 }, () => 299);
const among = (length: number): object => ({
  type: "object",
  properties: { list: { type: "array", items: { anyOf: Array.from({ length }, (_, at) => ({ const: at })) } } },
});

test.each<[string, number, "inputSchema" | "outputSchema", object]>([
  ["an output that matches", 300, "outputSchema", { status: "completed" }],
  ["an output that does not match", 299, "outputSchema", { status: "failed", error: { code: "ICE_OUTPUT_INVALID" } }],
  ["an input that matches", 300, "inputSchema", { status: "completed" }],
  ["an input that does not match", 299, "inputSchema", { status: "failed", error: { code: "ICE_INPUT_INVALID" } }],
])("%s is checked in turns", { timeout: 60_000 }, async (_, length, field, expected) => {
  const node = echo("a", { list: "{{ inputs.list }}" }, { [field]: among(length) });
  const workflow = new Workflow([node], { name: "w", runtime: await started() });
  const { result, longestMs } = await watched(() => workflow.execute({ list: entries }));
  expect(result.nodes["a"]).toMatchObject(expected);
  expect(longestMs).toBeLessThan(boundMs);
});

/** Copied in one piece it takes 0.2 seconds; 4 MB as JSON. */
const tree = (depth: number): unknown => (depth === 0 ? { leaf: 1 } : [tree(depth - 1), tree(depth - 1)]);
const largeTree = tree(18);

test("a large output is copied and measured in turns", { timeout: 60_000 }, async () => {
  const runtime = await started(({ tools }) =>
    tools.register(
      "large",
      defineTool({ name: "large", args: z.object({}), sideEffects: "none", run: () => largeTree }),
    ),
  );
  const node: NodeInput = { id: "a", type: "tool", toolName: "large" };
  const workflow = new Workflow([node], { name: "w", runtime });
  const { result, longestMs } = await watched(() => workflow.execute());
  expect(JSON.stringify(result.output) === JSON.stringify({ a: largeTree })).toBe(true);
  expect(longestMs).toBeLessThan(boundMs);
});

/** All together take a quarter of a second, and none is true. */
const slowCases = (count: number): object[] =>
  Array.from({ length: count }, (_, at) => ({
    when: "range(100).exists(i, range(900).exists(j, i * j < 0))",
    path: [echo(`path${at}`)],
  }));
const slowSwitch = { id: "s", type: "switch", cases: slowCases(20) } as unknown as NodeInput;

test("the conditions of a switch are evaluated in turns", { timeout: 60_000 }, async () => {
  const workflow = new Workflow([slowSwitch], { name: "w", runtime: await started() });
  const { result, longestMs } = await watched(() => workflow.execute());
  expect(result.output).toEqual({ s: { case: null, output: null, nodes: {} } });
  expect(longestMs).toBeLessThan(boundMs);
});

test("the time limit of a switch ends its conditions", async () => {
  const limited = { ...slowSwitch, timeoutSeconds: 0.05 } as NodeInput;
  const { nodes } = await new Workflow([limited], { name: "w", runtime: await started() }).execute();
  expect(nodes["s"]).toMatchObject({ status: "failed", error: { code: "ICE_NODE_TIMEOUT" } });
});

test("the conditions of a switch share the bounds of one node", async () => {
  const many = { ...slowSwitch, cases: slowCases(60) } as unknown as NodeInput;
  const { error } = await new Workflow([many], { name: "w", runtime: await started() }).execute();
  expect(error).toMatchObject({ code: "ICE_EXPRESSION_LIMIT", path: "s" });
});

test("signals to a run in which 1,000 nodes wait are matched in turns", { timeout: 60_000 }, async () => {
  const runtime = await started();
  const runs = runtime.use(WorkflowExecutionService);
  const items = Array.from({ length: 1000 }, (_, item) => item);
  const waiting: NodeInput = {
    id: "each",
    type: "loop",
    itemsSource: "inputs.items",
    parallel: true,
    maxConcurrency: 1000,
    itemOutput: "{{ w.payload }}",
    body: [{ id: "w", type: "wait", signal: "go-{{ item }}", payloadSchema: { type: "integer" } }],
  };
  const running = new Workflow([waiting], { name: "w", runtime }).execute({ items }, { runId: "r", wait: true });
  while ((await runs.show("r").catch(() => undefined))?.nodes["each[999].w"]?.status !== "waiting")
    await new Promise((resolve) => setTimeout(resolve, 20));
  const { longestMs } = await watched(async () => {
    for (const item of items) await runs.signal("r", `go-${item}`, { payload: item });
    await running;
  });
  expect((await running).output).toEqual({ each: items });
  expect(longestMs).toBeLessThan(boundMs);
});

test(
  "payloads that were recorded before a wait are checked in turns, the first wait first",
  { timeout: 60_000 },
  async () => {
    const runtime = await started();
    const runs = runtime.use(WorkflowExecutionService);
    const large = new Array<number>(20_000).fill(1);
    const workflow = new Workflow(
      [
        { id: "t", type: "wait", signal: "begin" },
        {
          id: "first",
          type: "wait",
          signal: "x",
          payloadSchema: { type: "array", items: { type: "integer", maximum: 5 }, maxItems: 1 },
          ...after("t"),
        },
        { id: "second", type: "wait", signal: "x", payloadSchema: { type: "array", maxItems: 2 }, ...after("t") },
      ],
      { name: "w", runtime },
    );
    await workflow.execute({}, { runId: "r" });
    for (let sent = 0; sent < 300; sent += 1) await runs.signal("r", "x", { payload: large });
    for (const payload of [[1], [2]]) await runs.signal("r", "x", { payload });
    await runs.signal("r", "begin");
    const { result, longestMs } = await watched(() => runs.resume("r"));
    expect(result.output).toMatchObject({ first: { payload: [1] }, second: { payload: [2] } });
    expect(longestMs).toBeLessThan(boundMs);
  },
);

test("10,000 timers that end at once end in turns", { timeout: 60_000 }, async () => {
  const timers: NodeInput = {
    id: "each",
    type: "loop",
    itemsSource: "range(10000)",
    maxIterations: 10_000,
    parallel: true,
    maxConcurrency: 10_000,
    itemOutput: "{{ 1 }}",
    body: [{ id: "w", type: "wait", at: "{{ run.startedAt + 1500 }}" }],
  };
  const workflow = new Workflow([timers], { name: "w", runtime: await started() });
  const { result, longestMs } = await watched(() => workflow.execute());
  expect(result.status).toBe("completed");
  expect(longestMs).toBeLessThan(2 * boundMs);
});

test("10,000 signals are read in turns, and not again by each wait", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "ice-turns-"));
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, store: `sqlite:${join(folder, "ice.db")}` });
  try {
    const nodes: NodeInput[] = [
      { id: "t", type: "wait", signal: "begin" },
      {
        id: "each",
        type: "loop",
        itemsSource: "range(100)",
        body: [{ id: "w", type: "wait", signal: "other", seconds: 0 }],
        ...after("t"),
      },
    ];
    await new Workflow(nodes, { name: "w", runtime }).execute({}, { runId: "r" });
    const store = runtime.use(RunStore);
    const send = (n: number) => store.signal("r", { id: `s${n}`, name: "x", path: "", value: n, by: null, at: 1 });
    await Promise.all(Array.from({ length: 9_999 }, (_, n) => send(n)));
    const runs = runtime.use(WorkflowExecutionService);
    await runs.signal("r", "begin");
    const read = vi.spyOn(SqliteRunStore.prototype, "signals");
    const { result, longestMs } = await watched(() => runs.resume("r"));
    const lengths = await Promise.all(read.mock.results.map(async ({ value }) => ((await value) as unknown[]).length));
    expect(result.status).toBe("completed");
    expect(lengths).toEqual(new Array<number>(100).fill(0));
    expect(longestMs).toBeLessThan(boundMs);
  } finally {
    vi.restoreAllMocks();
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("large inputs are copied in turns", { timeout: 60_000 }, async () => {
  const workflow = new Workflow([echo("a", { length: "{{ size(inputs.tree) }}" })], {
    name: "w",
    runtime: await started(),
  });
  const { result, longestMs } = await watched(() => workflow.execute({ tree: largeTree as Json }));
  expect(result.output).toEqual({ a: { length: 2 } });
  expect(longestMs).toBeLessThan(boundMs);
});

test("the output of onError is checked in turns", { timeout: 60_000 }, async () => {
  const node = echo(
    "a",
    { list: [] },
    {
      outputSchema: { ...among(300), required: ["more"] },
      onError: { output: { list: "{{ inputs.list }}", more: 1 } },
    },
  );
  const workflow = new Workflow([node], { name: "w", runtime: await started() });
  const { result, longestMs } = await watched(() => workflow.execute({ list: entries }));
  expect(result.nodes["a"]).toMatchObject({ status: "completed", recovered: true });
  expect(longestMs).toBeLessThan(boundMs);
});

const heavy = "size(range(10000).map(i, i * 2).filter(i, i > 3))";
const named = (text: string) => Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`o${at}`, text]));

test.each<[string, NodeInput]>([
  ["exposed outputs", { id: "a", type: "workflow", workflowRef: "child", exposedOutputs: named(heavy) }],
  [
    "the outputs of items",
    { id: "a", type: "loop", itemsSource: "[1]", body: [echo("b")], itemOutput: named(`{{ ${heavy} }}`) },
  ],
  [
    "the inputs of iterations",
    {
      id: "a",
      type: "recursive",
      workflowRef: "child",
      inputs: named(`{{ ${heavy} }}`),
      convergenceCondition: "true",
    },
  ],
])("%s are evaluated in turns", { timeout: 60_000 }, async (_, node) => {
  const runtime = await started((before) => before.workflows.register({ name: "child", nodes: [echo("c")] }));
  const workflow = new Workflow([node], { name: "w", runtime });
  const { result, longestMs } = await watched(() => workflow.execute());
  expect(result.status).toBe("completed");
  expect(longestMs).toBeLessThan(boundMs);
});

test("a node whose condition failed ends once, however long its fallback takes", { timeout: 60_000 }, async () => {
  const nodes = [
    echo("a"),
    sleep("b", 5),
    echo(
      "c",
      {},
      { ...after("a", "b"), join: "any", when: "[1][size(run.id)] == 1", onError: { output: named(`{{ ${heavy} }}`) } },
    ),
  ];
  const ended: string[] = [];
  const workflow = new Workflow(nodes, { name: "w", runtime: await started() });
  const result = await workflow.execute(
    {},
    { onEvent: ({ type, path }) => void (type === "node.completed" && ended.push(path!)) },
  );
  expect(result.nodes["c"]).toMatchObject({ status: "completed", recovered: true, attempts: 0, output: { o99: 9998 } });
  expect(ended).toEqual(["a", "b", "c"]);
});

test("a run of 10,000 nodes is resumed and shown in turns", { timeout: 120_000 }, async () => {
  const runtime = await started();
  const ask: NodeInput = { id: "ask", type: "human", promptMessage: "?", approvalType: "approval" };
  const nodes = Array.from({ length: 9999 }, (_, at) => echo(`n${at}`, { at }, at % 2 === 0 ? {} : after("ask")));
  await new Workflow([ask, ...nodes], { name: "w", runtime }).execute({}, { runId: "r" });
  await runtime.use(HumanTaskService).respond("r", "ask", { approved: true });
  const runs = runtime.use(WorkflowExecutionService);
  const { result, longestMs } = await watched(() => runs.resume("r"));
  expect(Object.values(result.nodes).filter(({ status }) => status === "completed")).toHaveLength(10_000);
  expect(longestMs).toBeLessThan(boundMs);
  const { result: shown, longestMs: showing } = await watched(() => runs.show("r"));
  expect(shown.nodes).toEqual(result.nodes);
  expect(showing).toBeLessThan(boundMs);
});
