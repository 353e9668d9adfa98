import {
  defineAgent,
  definePlugin,
  defineTool,
  HumanTaskService,
  LanguageModelService,
  NetworkCoordinatorFactory,
  runEvents,
  WorkflowExecutionService,
  type NodeInput,
  type RegisteredBlueprint,
  type RunEvent,
  type RunEventDefinition,
} from "@ice/core";
import { problemOfEvent } from "@ice/core/internal";
import { createTestRuntime } from "@ice/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type OrchestratorOptions, type WorkflowOptions } from "../src/index.ts";
import { call, scriptedModels } from "./models/scripted-models.ts";
import { after, echo, fail, runNodes, sleep } from "./run-nodes.ts";
import { onGpu, twoProcesses, where } from "./two-processes.ts";

type Ice = Awaited<ReturnType<typeof start>>;
const start = async (options: OrchestratorOptions = {}) => {
  const ice = await createTestRuntime(initializeOrchestrator, options);
  const workflow = (nodes: readonly NodeInput[], more: Partial<WorkflowOptions> = {}) =>
    new Workflow(nodes, { name: "w", ...more, runtime: ice.runtime });
  return { ...ice, workflow };
};
const eventsOf = async (work: (ice: Ice) => Promise<unknown>, options?: OrchestratorOptions) => {
  const ice = await start(options);
  await work(ice);
  await ice.close();
  return ice.events.events;
};

const reporting = defineTool({
  name: "progress",
  args: z.object({}),
  run: (_args, { progress, emit }) => {
    progress({ percent: 50 });
    for (const type of ["mcp.connected", "mcp.disconnected", "mcp.changed"] as const) emit(type, { server: "s" });
    return 1;
  },
});
const member = defineAgent({
  name: "member",
  tools: ["echo"],
  run: async ({ role, step, callTool }) => {
    step({ note: "thinks" });
    await callTool("echo", {});
    return role === "r0" ? { vote: "r0", bid: 1 } : "abstains";
  },
});
const swarm = (id: string): NodeInput =>
  ({
    id,
    type: "swarm",
    task: "t",
    coordinationStrategy: id,
    agents: ["r0", "r1"].map((role) => ({ package: "member", role })),
  }) as NodeInput;
const ask = (more: object = {}): NodeInput =>
  ({ id: "ask", type: "human", promptMessage: "Go?", approvalType: "approval", ...more }) as NodeInput;
const code = (id: string, source: string, more: object = {}): NodeInput =>
  ({ id, type: "code", language: "javascript", code: source, ...more }) as NodeInput;

const nodes = [
  echo("done"),
  fail("recovered", { code: "E" }, { onError: { output: 1 } }),
  fail("left", {}, { onError: "skip" }),
  echo("off", {}, { when: "false" }),
  { id: "progress", type: "tool", toolName: "progress" } as NodeInput,
  { id: "each", type: "loop", itemsSource: "[1, 2]", body: [echo("one")] } as NodeInput,
  ...["consensus", "hierarchical", "marketplace"].map(swarm),
  fail("bad", {}, { retryPolicy: { maxAttempts: 2, backoffSeconds: 1 } }),
];

/** Two deadlines, an escalation, an answer; the process leaves the run in between. */
const people = () =>
  eventsOf(async ({ workflow, clock, runtime }) => {
    const run = workflow([ask({ timeoutSeconds: 60, onTimeout: { escalateTo: "boss", timeoutSeconds: 60 } })]);
    await clock.runUntil(run.execute({}, { runId: "r" }));
    await clock.advance(90_000);
    await clock.runUntil(runtime.use(WorkflowExecutionService).resume("r"));
    await runtime.use(HumanTaskService).respond("r", "ask", { approved: true }, { by: "boss" });
    await clock.runUntil(runtime.use(WorkflowExecutionService).resume("r"));
  });

const cancelledRun = () =>
  eventsOf(async ({ workflow, clock }) => {
    const cancel = new AbortController();
    const running = workflow([sleep("s", 1000)]).execute({}, { signal: cancel.signal });
    await clock.advance(10);
    cancel.abort();
    await clock.runUntil(running);
  });

const sandboxed = () =>
  eventsOf(({ workflow }) =>
    workflow([
      code("ok", "console.log('hi'); return 1;"),
      code("endless", "for (;;);", { limits: { fuel: 1000 } }),
    ]).execute(),
  );

const monitored = () =>
  eventsOf(({ workflow, clock }) => clock.runUntil(workflow([watch, sleep("s", 10)]).execute()), {
    channels: [
      {
        name: "broken",
        send: () => Promise.reject(new Error("no connection")),
      },
    ],
  });
const watch = {
  id: "m",
  type: "monitor",
  metricExpression: "metrics.nodesCompleted == 1",
  actionOnTrigger: "alert",
  alertChannels: ["broken"],
} as NodeInput;

const overBudget = async () => {
  const { test } = await runNodes([echo("a"), echo("b", {}, after("a"))], { settings: { budget: { toolCalls: 1 } } });
  return test.events.events;
};

const workflows = Object.entries({ good: [echo("a")], bad: [fail("f")], slow: [sleep("s", 1000)], asks: [ask()] }).map(
  ([name, nodes]) => ({ name, nodes }) as unknown as RegisteredBlueprint,
);
const workflowOf = (ref: string, ...after: string[]) => ({ id: ref, ref, after });

const networks = () =>
  eventsOf(
    async ({ runtime, clock }) => {
      const factory = runtime.use(NetworkCoordinatorFactory);
      const run = (runId: string, ...members: object[]) =>
        factory.create({ name: "n", workflows: members }).run({ runId });
      await clock.runUntil(run("good", workflowOf("good")));
      await clock.runUntil(run("bad", workflowOf("bad"), workflowOf("good", "bad")));
      await clock.runUntil(run("asks", workflowOf("asks")));
      await runtime.use(HumanTaskService).respond("asks.asks", "ask", { approved: true });
      await clock.runUntil(factory.resume("asks"));
      const cancel = new AbortController();
      const slow = factory.create({ name: "n", workflows: [workflowOf("slow")] }).run({ signal: cancel.signal });
      await clock.advance(10);
      cancel.abort();
      await clock.runUntil(slow);
    },
    { workflows },
  );

const models = () => {
  const gone = new Error("gone");
  const replies = [gone, { text: "a" }, gone, { toolCalls: [call("echo", {}), call("fail", {})] }, { text: "b" }];
  const plugin = definePlugin({
    name: "models",
    apiVersion: 1,
    setup: (host) => host.provide(LanguageModelService, scriptedModels(replies)),
  });
  const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
  const asked: NodeInput[] = [
    { id: "l", type: "llm", model: "p/m", prompt: "?", retryPolicy },
    { id: "a", type: "agent", model: "p/m", tools: ["echo", "fail"], input: "?", retryPolicy, ...after("l") },
  ];
  return eventsOf(({ workflow, clock }) => clock.runUntil(workflow(asked).execute()), { plugins: [plugin()] });
};

/** A wait that takes a signal, a scope that compensates, catches and cannot clean up, a detached run, an output of the cache. */
const language = () =>
  eventsOf(
    async ({ workflow, clock }) => {
      const nodes = [
        echo("kept", {}, { cache: { ttlSeconds: 60 } }),
        { id: "send", type: "tool", toolName: "signal", toolArgs: { name: "go" } },
        { id: "wait", type: "wait", signal: "go", seconds: 5 },
        {
          id: "scope",
          type: "scope",
          body: [echo("paid"), fail("failed", {}, after("paid"))],
          compensate: { paid: [echo("refund")] },
          catch: { body: [echo("caught")] },
          finally: [fail("cleanup")],
        },
        { id: "child", type: "workflow", workflowRef: "good", detached: true },
      ] as NodeInput[];
      for (const runId of ["first", "second"]) await clock.runUntil(workflow(nodes).execute({}, { runId }));
    },
    { workflows },
  );

/** A node that another worker executes. */
const placed = async () => {
  const events: RunEvent[] = [];
  const { run } = await twoProcesses(undefined, { claimedBy: "w1" });
  await run([where("g", {}, onGpu)], { onEvent: (event) => void events.push(event) });
  return events;
};

const scenarios: readonly (() => Promise<readonly RunEvent[]>)[] = [
  () =>
    eventsOf(({ workflow, clock }) => clock.runUntil(workflow(nodes).execute()), {
      tools: [reporting as never],
      agents: [member],
    }),
  people,
  cancelledRun,
  sandboxed,
  monitored,
  overBudget,
  networks,
  models,
  language,
  placed,
];

test("every event is emitted, each with the fields that its declaration names", async () => {
  const events = (await Promise.all(scenarios.map((scenario) => scenario()))).flat();
  expect(events.flatMap((event) => problemOfEvent(event) ?? [])).toEqual([]);
  const emitted: Record<string, string[]> = {};
  for (const { type, data } of events)
    emitted[type] = [...new Set([...(emitted[type] ?? []), ...Object.keys(data)])].toSorted();
  const declared = Object.entries<RunEventDefinition>(runEvents).map(([type, { data, more }]) => [
    type,
    [...Object.keys(data), ...(more === undefined ? [] : reported[type]!)]
      .filter((field) => !inRecords.includes(field))
      .toSorted(),
  ]);
  expect(emitted).toEqual(Object.fromEntries(declared));
});

/** Fields that events have only where they are read from records. */
const inRecords = ["items"];

/** What the scenarios report beside the declared fields. */
const reported: Readonly<Record<string, readonly string[]>> = {
  "node.progressed": ["percent"],
  "agent.stepCompleted": ["note", "tool"],
};
