import { createRuntime, HumanTaskService, WorkflowExecutionService, type NodeInput, type Runtime } from "@ice/core";
import { afterEach, expect, test } from "vitest";
import { initializeOrchestrator, Workflow, type Orchestrator } from "../src/index.ts";
import { after, echo } from "./run-nodes.ts";

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

/** What `work` gives, and the longest time for which this thread worked in one turn of the event loop: of its processor's time. */
async function watched<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly longestMs: number }> {
  let longestMs = 0;
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
  return { result, longestMs };
}

/** A slice is 4 ms and a step less; garbage is collected in some turns. */
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
