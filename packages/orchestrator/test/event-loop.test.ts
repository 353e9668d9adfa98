import { createRuntime, type NodeInput } from "@ice/core";
import { createTimeSlice } from "@ice/core/internal";
import { afterEach, expect, test } from "vitest";
import { initializeOrchestrator, Workflow, type Orchestrator, type OrchestratorOptions } from "../src/index.ts";
import { after, echo, fail, runNodes, statuses } from "./run-nodes.ts";

const open: Orchestrator[] = [];
afterEach(async () => {
  for (const { close } of open.splice(0)) await close();
});

/** A workflow on an engine with the clock of the machine and the time slice of the process. */
async function realWorkflow(nodes: readonly NodeInput[], settings: object, options: OrchestratorOptions = {}) {
  const runtime = createRuntime();
  open.push(await initializeOrchestrator({ runtime, ...options }));
  return new Workflow(nodes, { name: "w", runtime, settings });
}

const million = { items: new Array<number>(1_000_000).fill(0) };
const endless: NodeInput[] = [
  { id: "each", type: "loop", itemsSource: "inputs.items", maxIterations: 1_000_000, body: [echo("a")] },
];

/** Ticks while `work` runs, and counts them. */
async function ticksDuring(work: Promise<unknown>, everyMs: number): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), everyMs);
  await work;
  clearInterval(timer);
  return ticks;
}

test("a loop of a million short iterations ends at its deadline, and a timer beside it keeps firing", async () => {
  const running = (await realWorkflow(endless, { timeoutSeconds: 0.3 })).execute(million);
  const ticks = await ticksDuring(running, 10);
  const { status, error, durationMs } = await running;
  expect({ status, code: error?.code }).toEqual({ status: "failed", code: "ICE_RUN_TIMEOUT" });
  expect(durationMs).toBeLessThan(1500);
  expect(ticks).toBeGreaterThan(5);
});

test("the deadline of a node counts while its children end at once", async () => {
  const { nodes, durationMs } = await (
    await realWorkflow([{ ...endless[0]!, timeoutSeconds: 0.2 } as NodeInput], {})
  ).execute(million);
  expect(nodes["each"]).toMatchObject({ status: "failed", error: { code: "ICE_NODE_TIMEOUT" } });
  expect(durationMs).toBeLessThan(1500);
});

test("an aborted signal ends a run that never waits", async () => {
  const controller = new AbortController();
  let abortedAt = 0;
  setTimeout(() => {
    abortedAt = performance.now();
    controller.abort();
  }, 100);
  const { status } = await (await realWorkflow(endless, {})).execute(million, { signal: controller.signal });
  expect(status).toBe("cancelled");
  expect(performance.now() - abortedAt).toBeLessThan(500);
});

test("a run that ends at once does not wait for another one that is long", async () => {
  const runtime = createRuntime();
  open.push(await initializeOrchestrator({ runtime }));
  const controller = new AbortController();
  const long = new Workflow(endless, { name: "long", runtime }).execute(million, { signal: controller.signal });
  const { status } = await new Workflow([echo("a")], { name: "short", runtime }).execute();
  controller.abort();
  expect(status).toBe("completed");
  expect((await long).status).toBe("cancelled");
});

const everyContainer: NodeInput[] = [
  echo("first", { n: 1 }),
  { id: "turns", type: "loop", itemsSource: "range(20)", body: [echo("i", { at: "{{ item }}" })] },
  { id: "together", type: "loop", itemsSource: "range(20)", parallel: true, body: [echo("p", { at: "{{ item }}" })] },
  {
    id: "sides",
    type: "parallel",
    branches: [[echo("l"), echo("ll", {}, after("l"))], [fail("r", {}, { onError: "skip" })]],
  },
  { id: "way", type: "condition", expression: "first.n == 1", truePath: [echo("yes")], falsePath: [echo("no")] },
  {
    id: "again",
    type: "recursive",
    initialState: 0,
    convergenceCondition: "iteration == 5",
    body: [echo("step", { from: "{{ iteration }}" })],
  },
  {
    id: "eye",
    type: "monitor",
    metricExpression: "metrics.nodesCompleted > 3",
    actionOnTrigger: "alert",
    alertChannels: [],
  },
  echo("off", {}, { when: "first.n == 2" }),
  echo("behind", {}, after("off")),
];

/** Over at every look: whatever can wait for its turn does. */
const waiting = { timeSlice: createTimeSlice({ sliceMs: 0 }) };

test("a run that pauses after every step has the same result as one that never pauses", async () => {
  const waits = await (await realWorkflow(everyContainer, {}, waiting)).execute();
  const never = await runNodes(everyContainer);
  expect(waits.status).toBe("completed");
  expect(statuses(waits)).toEqual(statuses(never));
  // How many ends of nodes a monitor sees depends on when it starts beside them.
  const eye = { ...(never.output["eye"] as object), checks: expect.any(Number) as number };
  expect(waits.output).toEqual({ ...never.output, eye });
});

test("a halt and a cancel reach every node, also if each step pauses", async () => {
  const fan = (from: string) => Array.from({ length: 50 }, (_, at) => echo(`n${at}`, {}, after(from)));
  const halting = await realWorkflow([fail("bad"), ...fan("bad")], { failurePolicy: "halt" }, waiting);
  const halted = await halting.execute();
  expect(halted).toMatchObject({ status: "failed", error: { code: "ICE_NODE_FAILED" } });
  expect(Object.keys(halted.nodes)).toHaveLength(51);
  const controller = new AbortController();
  const cancelled = await (
    await realWorkflow([echo("a"), ...fan("a")], {}, waiting)
  ).execute(
    {},
    {
      signal: controller.signal,
      onEvent: ({ type, path }) => type === "node.completed" && path === "n3" && controller.abort(),
    },
  );
  expect(cancelled.status).toBe("cancelled");
  expect(Object.values(cancelled.nodes).filter(({ status }) => status === "completed").length).toBeLessThan(50);
  expect(Object.keys(cancelled.nodes)).toHaveLength(51);
});

const heavy = "{{ size(range(10000).map(i, i * 2).filter(i, i > 3)) }}";
const many = (of: string) => Object.fromEntries(Array.from({ length: 190 }, (_, index) => [`o${index}`, of]));

test("the deadline applies between the declared outputs of a workflow", async () => {
  const runtime = createRuntime();
  open.push(await initializeOrchestrator({ runtime }));
  const workflow = new Workflow([echo("a")], {
    name: "w",
    runtime,
    settings: { timeoutSeconds: 0.05 },
    outputs: many(heavy),
  });
  const running = workflow.execute({});
  const ticks = await ticksDuring(running, 1);
  const { status, error, output } = await running;
  expect({ status, code: error?.code, output }).toEqual({ status: "failed", code: "ICE_RUN_TIMEOUT", output: {} });
  expect(ticks).toBeGreaterThan(3);
});

test("the deadline of a node applies between its expressions", async () => {
  const slow = { ...echo("a", { v: Object.values(many(heavy)) }), timeoutSeconds: 0.05 } as NodeInput;
  const { nodes } = await (await realWorkflow([slow], {})).execute({});
  expect(nodes["a"]).toMatchObject({ status: "failed", error: { code: "ICE_NODE_TIMEOUT" } });
});
