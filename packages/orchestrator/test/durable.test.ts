import { HumanTaskService, WorkflowExecutionService, type NodeInput, type RunResult } from "@ice/core";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { initializeOrchestrator, Workflow, type OrchestratorOptions } from "../src/index.ts";
import { after, echo, sleep, statuses } from "./run-nodes.ts";

const approve = (id: string, more: object = {}): NodeInput =>
  ({ id, type: "human", promptMessage: "Go {{ inputs.x }}?", approvalType: "approval", ...more }) as NodeInput;

const start = async (nodes: readonly NodeInput[], options: OrchestratorOptions = {}) => {
  const ice = await createTestRuntime(initializeOrchestrator, options);
  const runs = ice.runtime.use(WorkflowExecutionService);
  const tasks = ice.runtime.use(HumanTaskService);
  const workflow = new Workflow(nodes, { name: "w", runtime: ice.runtime });
  const execute = (more: object = {}): Promise<RunResult> =>
    ice.clock.runUntil(workflow.execute({ x: 1 }, { runId: "r", ...more }));
  const resume = (): Promise<RunResult> => ice.clock.runUntil(runs.resume("r"));
  return { ...ice, runs, tasks, workflow, execute, resume };
};

test("a run that only waits is suspended, and continues with the answer", async () => {
  const { execute, resume, tasks, runs, close } = await start([
    echo("a", { v: 1 }),
    approve("ask"),
    echo("b", { ok: "{{ ask.approved }}", by: "{{ ask.respondedBy }}" }),
    sleep("s", 1000),
  ]);
  const suspended = await execute();
  expect(suspended).toMatchObject({
    status: "suspended",
    waiting: [{ path: "ask", kind: "human", promptMessage: "Go 1?", approvalType: "approval", expiresAt: null }],
    nodes: { a: { status: "completed" }, s: { status: "completed" }, ask: { status: "waiting" } },
  });
  expect(await resume()).toMatchObject({ status: "suspended" });
  await tasks.respond("r", "ask", { approved: true }, { by: "kim" });
  const result = await resume();
  expect(result).toMatchObject({ status: "completed", output: { b: { ok: true, by: "kim" } } });
  expect(result.nodes["a"]).toMatchObject({ attempts: 1 });
  expect(await runs.show("r")).toEqual({ ...result, usage: result.usage });
  await close();
});

test("requests inside a parallel loop are answered by their paths, in any order", async () => {
  const { execute, resume, tasks, close } = await start([
    {
      id: "l",
      type: "loop",
      itemsSource: "['a', 'b', 'c']",
      parallel: true,
      body: [echo("x", { v: "{{ item }}" }), approve("ok", after("x"))],
      itemOutput: "{{ x.v + string(ok.approved) }}",
    } as NodeInput,
  ]);
  const first = await execute();
  expect(first.waiting?.map(({ path }) => path)).toEqual(["l[0].ok", "l[1].ok", "l[2].ok"]);
  expect(first.nodes["l"]).toMatchObject({ status: "waiting" });
  await tasks.respond("r", "l[1].ok", { approved: false });
  expect((await resume()).waiting?.map(({ path }) => path)).toEqual(["l[0].ok", "l[2].ok"]);
  await tasks.respond("r", "l[2].ok", { approved: true });
  await tasks.respond("r", "l[0].ok", { approved: true });
  expect((await resume()).output).toEqual({ l: ["atrue", "bfalse", "ctrue"] });
  await close();
});

test("a suspended run can be cancelled; what waited ends cancelled", async () => {
  const { execute, runs, tasks, close } = await start([
    echo("a"),
    {
      id: "l",
      type: "loop",
      itemsSource: "[1, 2]",
      body: [echo("x"), approve("ok", after("x"))],
    } as NodeInput,
    echo("z", {}, after("l")),
  ]);
  await execute();
  await runs.cancel("r", "enough");
  const result = await runs.show("r");
  expect(result).toMatchObject({ status: "cancelled", error: { message: "The run was cancelled: enough." } });
  expect(statuses(result)).toMatchObject({
    a: "completed",
    "l[0].x": "completed",
    "l[0].ok": "cancelled",
    l: "cancelled",
    z: "skipped runStopped",
  });
  await expect(tasks.respond("r", "l[0].ok", { approved: true })).rejects.toMatchObject({ code: "ICE_REQUEST_CLOSED" });
  await close();
});

test("an interrupted run records nothing for nodes in flight, and resumes", async () => {
  const { workflow, clock, resume, close } = await start([
    sleep("s", 1000),
    sleep("t", 10),
    echo("z", {}, after("s", "t")),
  ]);
  const interrupt = new AbortController();
  const running = workflow.execute({}, { runId: "r", interrupt: interrupt.signal });
  await clock.advance(100);
  interrupt.abort();
  const left = await running;
  expect(left).toMatchObject({ status: "interrupted", nodes: { t: { status: "completed" } } });
  expect(left.nodes["s"]).toBeUndefined();
  expect(await resume()).toMatchObject({
    status: "completed",
    nodes: { t: { attempts: 1 }, s: { status: "completed" } },
  });
  await close();
});

test("a monitor alerts, pauses once, and aborts", async () => {
  const nodes = (action: string): NodeInput[] => [
    { id: "m", type: "monitor", metricExpression: "metrics.nodesCompleted >= 1", actionOnTrigger: action } as NodeInput,
    echo("a"),
    sleep("b", 100, after("a")),
    sleep("c", 100, after("b")),
  ];
  const alerting = await start(nodes("alert"));
  expect(await alerting.execute()).toMatchObject({
    status: "completed",
    output: { m: { triggered: true, triggerCount: 1, action: "alert", lastValue: true } },
  });
  await alerting.close();
  const pausing = await start(nodes("pause"));
  const paused = await pausing.execute();
  expect(paused).toMatchObject({ status: "suspended", waiting: [{ path: "m", kind: "pause" }] });
  expect(paused.nodes["c"]).toBeUndefined();
  expect(await pausing.resume()).toMatchObject({ status: "completed", output: { m: { triggerCount: 1 } } });
  await pausing.close();
  const aborting = await start(nodes("abort"));
  expect(await aborting.execute()).toMatchObject({
    status: "failed",
    error: { code: "ICE_MONITOR_ABORT", path: "m" },
  });
  await aborting.close();
});
