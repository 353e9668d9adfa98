import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  defineAgent,
  defineTool,
  HumanTaskService,
  NetworkCoordinatorFactory,
  WorkflowExecutionService,
  type RegisteredBlueprint,
} from "@ice/core";
import { Workflow } from "@ice/orchestrator";
import { createDisk } from "@ice/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { after, echo, fail, node, run, sleep } from "./run-nodes.ts";
import { collectTelemetry, createContextManager, msOf, startTraced, treeOf } from "./run-traced.ts";

describe("the spans of a run form its tree", () => {
  test("nodes, calls of tools, iterations, branches and sub-workflows, with the times of their events", async () => {
    const sub = { name: "sub", nodes: [echo("inner")] } as unknown as RegisteredBlueprint;
    const { spans } = await run(
      [
        sleep("first", 5),
        node("each", "loop", { itemsSource: "[1, 2]", body: [sleep("one", 10)], ...after("first") }),
        node("both", "parallel", { branches: [[sleep("l", 1)], [sleep("r", 2)]], ...after("each") }),
        node("way", "condition", {
          expression: "true",
          truePath: [echo("yes")],
          falsePath: [echo("no")],
          ...after("both"),
        }),
        node("below", "workflow", { workflowRef: "sub", ...after("way") }),
      ],
      { options: { workflows: [sub] } },
    );
    expect(treeOf(spans)).toEqual([
      "invoke_workflow w",
      "  tool first",
      "    execute_tool sleep",
      "  loop each",
      "    tool one",
      "      execute_tool sleep",
      "    tool one",
      "      execute_tool sleep",
      "  parallel both",
      "    tool l",
      "      execute_tool sleep",
      "    tool r",
      "      execute_tool sleep",
      "  condition way",
      "    tool yes",
      "      execute_tool echo",
      "  workflow below",
      "    tool inner",
      "      execute_tool echo",
    ]);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
    const [first] = spans.filter(({ name }) => name === "tool first");
    expect([msOf(first!.startTime), msOf(first!.duration)]).toEqual([Date.UTC(2026, 0, 1), 5]);
    const paths = spans.filter(({ name }) => name === "tool one").map(({ attributes }) => attributes["ice.node.path"]);
    expect(paths).toEqual(["each[0].one", "each[1].one"]);
  });

  test("models, agents and swarms", async () => {
    const add = defineTool({ name: "sum.add", args: z.object({ a: z.int() }), run: ({ a }) => a + 1 });
    const agents = ["ann", "ben"].map((name) => ({ name, model: "anthropic/m", system: `I am ${name}.` }));
    const { spans, result } = await run(
      [
        node("ask", "llm", { model: "google/small", prompt: "q" }),
        node("act", "agent", { model: "openai/large", input: "go", tools: ["sum.add"], ...after("ask") }),
        node("decide", "swarm", {
          agents: agents.map(({ name }) => ({ package: name, role: name })),
          task: "t",
          coordinationStrategy: "consensus",
          ...after("act"),
        }),
      ],
      {
        options: { tools: [add as never], agents },
        replies: [
          { text: "hello" },
          {
            toolCalls: [
              { name: "sum__add", args: { a: 1 } },
              { name: "sum__add", args: { a: "x" } },
            ],
          },
          { text: "done", finish: "length", usage: { input: 7, output: 3, cached: 2 } },
          { when: "Propose", text: "p", times: 2 },
          { json: { vote: "ann" }, times: 2 },
        ],
      },
    );
    expect(result.status).toBe("completed");
    expect(treeOf(spans)).toEqual([
      "invoke_workflow w",
      "  llm ask",
      "    chat small",
      "  invoke_agent act",
      "    chat large",
      "    execute_tool sum.add [failed] ICE_TOOL_ARGS",
      "    execute_tool sum.add",
      "    chat large",
      "  swarm decide",
      "    invoke_agent ann",
      "      chat m",
      "    invoke_agent ben",
      "      chat m",
      "    invoke_agent ann",
      "      chat m",
      "    invoke_agent ben",
      "      chat m",
    ]);
    const last = spans.filter(({ name }) => name === "chat large").at(-1)!;
    expect(last.kind).toBe(SpanKind.CLIENT);
    expect(last.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "large",
      "gen_ai.request.stream": true,
      "gen_ai.response.finish_reasons": ["length"],
      "gen_ai.response.time_to_first_chunk": 0,
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 3,
      "gen_ai.usage.cache_read.input_tokens": 2,
      "gen_ai.usage.reasoning.output_tokens": 0,
      "ice.attempt": 1,
      "ice.node.path": "act",
      "ice.run.id": result.runId,
      "ice.status": "completed",
    });
    const providers = spans.map(({ attributes }) => attributes["gen_ai.provider.name"]).filter(Boolean);
    expect(new Set(providers)).toEqual(new Set(["gcp.gemini", "openai", "anthropic"]));
  });

  test("members that are functions have one span each, with their calls", async () => {
    const ask = defineAgent({
      name: "asker",
      tools: ["echo"],
      async run({ generate, callTool, role }) {
        await generate({ model: "p/m", prompt: role });
        await callTool("echo", {});
        return role;
      },
    });
    const members = ["lead", "work"].map((role) => ({ package: "asker", role }));
    const swarm = { agents: members, task: "t", coordinationStrategy: "hierarchical" };
    const { spans, result } = await run(
      [
        node("team", "swarm", swarm),
        node("again", "recursive", {
          agentPackage: "asker",
          maxIterations: 1,
          convergenceCondition: "true",
          ...after("team"),
        }),
      ],
      { options: { agents: [ask] }, replies: [{ text: "x", times: 4 }] },
    );
    expect(result.status).toBe("completed");
    const calls = ["      chat m", "      execute_tool echo"];
    expect(treeOf(spans)).toEqual([
      "invoke_workflow w",
      "  swarm team",
      "    invoke_agent asker",
      ...calls,
      ...calls,
      "    invoke_agent asker",
      ...calls,
      "  recursive again",
      "    invoke_agent asker",
      ...calls,
    ]);
    const roles = spans.filter(({ name }) => name === "invoke_agent asker");
    expect(roles.map(({ attributes }) => attributes["ice.agent.role"])).toEqual(["lead", "work", "asker"]);
  });

  test("the span of a failed member ends with its node, and a new attempt has its own", async () => {
    const agents = ["ann", "ben"].map((name) => ({ name, model: "p/m", system: "?" }));
    const members = agents.map(({ name }) => ({ package: name, role: name }));
    const swarm = { agents: members, task: "t", coordinationStrategy: "marketplace" };
    const { spans } = await run(
      [node("sell", "swarm", { ...swarm, retryPolicy: { maxAttempts: 2, backoffSeconds: 0 } })],
      { options: { agents }, replies: [{ status: 401 }, { json: { bid: 1 } }] },
    );
    expect(treeOf(spans).slice(1, 6)).toEqual([
      "  swarm sell [failed] ICE_MODEL_AUTH",
      "    invoke_agent ben",
      "      chat m",
      "    invoke_agent ann [cancelled] ICE_MODEL_AUTH",
      "      chat m [failed] ICE_MODEL_AUTH",
    ]);
  });

  test("a network is a run whose nodes are runs", async () => {
    const workflows = ["one", "two"].map((name) => ({ name, nodes: [echo("e")] }) as unknown as RegisteredBlueprint);
    const { runtime, clock, close, telemetry } = await startTraced({ workflows });
    const members = [
      { id: "a", ref: "one", after: [] },
      { id: "b.c", ref: "two", after: ["a"] },
    ].map((member) => ({ ...member, id: member.id.replace(".", "_") }));
    const network = runtime.use(NetworkCoordinatorFactory).create({ name: "n", workflows: members });
    await clock.runUntil(network.run({ runId: "day.1" }));
    await close();
    expect(treeOf(telemetry.spans())).toEqual([
      "invoke_workflow n",
      "  network.workflow a",
      "    invoke_workflow one",
      "      tool e",
      "        execute_tool echo",
      "  network.workflow b_c",
      "    invoke_workflow two",
      "      tool e",
      "        execute_tool echo",
    ]);
  });

  test("runs of two tenants may have the same id", async () => {
    const { runtime, clock, close, telemetry } = await startTraced();
    const workflow = new Workflow([sleep("s", 10)], { name: "w", runtime });
    const running = ["acme", undefined].map((tenant) => workflow.execute({}, { runId: "r", tenant }));
    await clock.runUntil(Promise.all(running));
    await close();
    const tree = ["invoke_workflow w", "  tool s", "    execute_tool sleep"];
    expect(treeOf(telemetry.spans())).toEqual([...tree, ...tree]);
    const tenants = telemetry.spans().map(({ attributes }) => attributes["ice.tenant"]);
    expect(tenants.filter((tenant) => tenant === "acme")).toHaveLength(3);
  });

  test("a run belongs to the span that is active where it starts", async () => {
    context.setGlobalContextManager(createContextManager());
    onTestFinished(() => context.disable());
    const { runtime, clock, close, telemetry } = await startTraced();
    const request = telemetry.tracerProvider.getTracer("t").startSpan("POST /orders");
    const workflow = new Workflow([echo("a")], { name: "w", runtime });
    await clock.runUntil(context.with(trace.setSpan(context.active(), request), () => workflow.execute()));
    request.end();
    await close();
    expect(treeOf(telemetry.spans())[0]).toBe("POST /orders [undefined]");
    expect(treeOf(telemetry.spans())[1]).toBe("  invoke_workflow w");
  });
});

describe("failures", () => {
  test("have a status and the code for each attempt, but no message", async () => {
    const retryPolicy = { maxAttempts: 2, backoffSeconds: 1 };
    const { spans } = await run([fail("bad", { toolArgs: { message: "secret words" }, retryPolicy })]);
    expect(treeOf(spans)).toEqual([
      "invoke_workflow w [failed] ICE_NODE_FAILED",
      "  tool bad [failed] ICE_NODE_FAILED",
      "    execute_tool fail [failed] ICE_NODE_FAILED",
      "    execute_tool fail [failed] ICE_NODE_FAILED",
    ]);
    expect(spans.map(({ status }) => status)).toEqual(spans.map(() => ({ code: SpanStatusCode.ERROR })));
    const bad = spans.find(({ name }) => name === "tool bad")!;
    expect(bad.attributes["ice.attempt"]).toBe(2);
    expect(bad.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        "node.retryScheduled",
        { "ice.attempt": 1, "ice.retry.delay_ms": expect.any(Number), "error.type": "ICE_NODE_FAILED" },
      ],
    ]);
    const calls = spans
      .filter(({ name }) => name === "execute_tool fail")
      .map(({ attributes }) => attributes["ice.attempt"]);
    expect(calls).toEqual([1, 2]);
  });

  test("that were handled by onError are not failures of the node", async () => {
    const { spans } = await run([fail("left", { onError: "skip" }), fail("replaced", { onError: { output: 1 } })]);
    expect(treeOf(spans)).toEqual([
      "invoke_workflow w",
      "  tool left [skipped]",
      "    execute_tool fail [failed] ICE_NODE_FAILED",
      "  tool replaced",
      "    execute_tool fail [failed] ICE_NODE_FAILED",
    ]);
  });

  test("of an agent have its name, also when its first request fails", async () => {
    const { spans } = await run([node("act", "agent", { model: "p/m", input: "go", tools: ["echo"] })], {
      replies: [{ status: 401 }],
    });
    const agent = spans.find(({ name }) => name.startsWith("invoke_agent"))!;
    expect([agent.name, agent.attributes["gen_ai.agent.name"]]).toEqual(["invoke_agent act", "act"]);
  });

  test("have few values as their type, whatever a tool says", async () => {
    const { spans, telemetry } = await run([
      fail("bad", { toolArgs: { code: `No row for ${"x".repeat(500)}` }, onError: "skip" }),
      fail("worse", { toolArgs: { code: "E_OF.A-TOOL_1" }, onError: "skip" }),
    ]);
    const calls = spans.filter(({ name }) => name === "execute_tool fail");
    expect(calls.map(({ attributes }) => attributes["error.type"])).toEqual(["_OTHER", "E_OF.A-TOOL_1"]);
    const nodes = (await telemetry.metrics()).find(({ descriptor }) => descriptor.name === "ice.nodes")!;
    const types = nodes.dataPoints.map(({ attributes }) => attributes["error.type"]);
    expect(types.filter(Boolean).map(String).toSorted()).toEqual(["E_OF.A-TOOL_1", "_OTHER"]);
  });

  test("aborted requests end with their node", async () => {
    const { spans } = await run([node("ask", "llm", { model: "p/m", prompt: "q", timeoutSeconds: 3 })], {
      replies: [{ hang: true }],
    });
    expect(treeOf(spans)).toEqual([
      "invoke_workflow w [failed] ICE_NODE_TIMEOUT",
      "  llm ask [failed] ICE_NODE_TIMEOUT",
      "    chat m [cancelled] ICE_NODE_TIMEOUT",
    ]);
    expect(msOf(spans.find(({ name }) => name === "chat m")!.duration)).toBe(3000);
  });

  test("a cancelled run is not an error", async () => {
    const { runtime, clock, close, telemetry } = await startTraced();
    const cancel = new AbortController();
    const running = new Workflow([sleep("s", 1000)], { name: "w", runtime }).execute({}, { signal: cancel.signal });
    await clock.advance(10);
    cancel.abort();
    await clock.runUntil(running);
    await close();
    expect(telemetry.spans().map(({ attributes, status }) => [attributes["ice.status"], status.code])).toEqual(
      ["execute_tool sleep", "tool s", "invoke_workflow w"].map(() => ["cancelled", SpanStatusCode.UNSET]),
    );
  });
});

describe("a run that is suspended", () => {
  const ask = node("ask", "human", { promptMessage: "Go?", approvalType: "approval" });

  test("ends its spans; the resuming run links to it", async () => {
    const disk = createDisk();
    const telemetry = collectTelemetry();
    const { runtime, clock, close } = await startTraced({ store: disk.connect() }, { telemetry });
    const workflow = new Workflow([node("both", "parallel", { branches: [[ask]] })], { name: "w", runtime });
    await clock.runUntil(workflow.execute({}, { runId: "r" }));
    expect(treeOf(telemetry.spans())).toEqual([
      "invoke_workflow w [suspended]",
      "  parallel both [suspended]",
      "    human ask [suspended]",
    ]);
    const suspended = telemetry.spans().find(({ name }) => name.startsWith("invoke"))!;
    await runtime.use(HumanTaskService).respond("r", "both.ask", { approved: true });
    await clock.runUntil(runtime.use(WorkflowExecutionService).resume("r"));
    await close();
    const resumed = telemetry.spans().slice(3);
    expect(treeOf(resumed)).toEqual(["invoke_workflow w", "  parallel both", "    human ask"]);
    expect(resumed.at(-1)!.links).toEqual([{ context: suspended.spanContext() }]);
    expect(resumed.find(({ name }) => name === "human ask")!.events.map(({ name }) => name)).toEqual([
      "human.responded",
    ]);
  });

  test("as a workflow of a network ends its span there, while the others go on", async () => {
    const workflows = [
      { name: "asks", nodes: [ask] },
      { name: "works", nodes: [sleep("s", 500)] },
    ] as unknown as readonly RegisteredBlueprint[];
    const { runtime, clock, close, telemetry } = await startTraced({ workflows });
    const members = ["asks", "works"].map((ref) => ({ id: ref, ref, after: [] }));
    await clock.runUntil(
      runtime.use(NetworkCoordinatorFactory).create({ name: "n", workflows: members }).run({ runId: "day" }),
    );
    await close();
    expect(treeOf(telemetry.spans())).toEqual([
      "invoke_workflow n [suspended]",
      "  network.workflow asks [suspended]",
      "    invoke_workflow asks [suspended]",
      "      human ask [suspended]",
      "  network.workflow works",
      "    invoke_workflow works",
      "      tool s",
      "        execute_tool sleep",
    ]);
    const durations = telemetry.spans().map(({ name, duration }) => [name, msOf(duration)]);
    expect(durations).toContainEqual(["network.workflow asks", 0]);
    expect(durations).toContainEqual(["network.workflow works", 500]);
  });
});

describe("content", () => {
  const nodes = [
    node("ask", "llm", { model: "p/m", prompt: "question" }),
    fail("bad", { toolArgs: { message: "the reason" } }),
  ];
  const replies = [{ text: "the answer" }];

  test("is off by default", async () => {
    const { spans } = await run(nodes, { replies });
    expect(
      JSON.stringify(spans.map(({ attributes, events, status, name }) => [attributes, events, status, name])),
    ).not.toMatch(/answer|question|the reason/);
  });

  test("consists of model answers and error messages", async () => {
    const { spans } = await run(nodes, { replies, otelOptions: { content: true } });
    const chat = spans.find(({ name }) => name === "chat m")!;
    expect(JSON.parse(String(chat.attributes["gen_ai.output.messages"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "the answer" }], finish_reason: "stop" },
    ]);
    expect(spans.find(({ name }) => name === "tool bad")!.status.message).toContain("the reason");
  });

  test("of a long answer is cut, and not within a character", async () => {
    const text = `a${"👋".repeat(40_000)}`;
    const { spans } = await run(nodes.slice(0, 1), { replies: [{ text }], otelOptions: { content: true } });
    const [chat] = spans.filter(({ name }) => name === "chat m");
    const [message] = JSON.parse(String(chat!.attributes["gen_ai.output.messages"])) as {
      parts: { content: string }[];
    }[];
    expect(message!.parts[0]!.content).toBe(`a${"👋".repeat(32_767)}…`);
  });
});

describe("bounds", () => {
  test("of runs that never end, the oldest is dropped first", async () => {
    const { runtime, clock, close, telemetry } = await startTraced({}, { otelOptions: { maxOpenSpans: 7 } });
    const start = (runId: string) =>
      new Workflow([sleep("s", 1000)], { name: "w", runtime }).execute({}, { runId }).catch(() => undefined);
    const running = ["a", "b", "c"].map(start);
    await clock.advance(1);
    expect(
      telemetry.spans().map(({ name, attributes }) => [name, attributes["ice.run.id"] ?? "", attributes["ice.status"]]),
    ).toEqual([
      ["execute_tool sleep", "a", "unknown"],
      ["tool s", "a", "unknown"],
      ["invoke_workflow w", "a", "unknown"],
    ]);
    await clock.runUntil(Promise.all(running));
    await close();
    expect(telemetry.spans()).toHaveLength(9);
  });

  test("a run with too many spans opens no more, and what is below gets the nearest open parent", async () => {
    const body = [echo("e", { toolArgs: { n: 1 } })];
    const { spans, result, telemetry } = await run(
      [node("each", "loop", { itemsSource: "inputs.items", parallel: true, body: [...body, sleep("s", 5)] })],
      {
        inputs: { items: Array.from({ length: 50 }, (_, at) => at) },
        settings: { maxConcurrency: 100 },
        otelOptions: { maxOpenSpans: 10 },
      },
    );
    expect(result.status).toBe("completed");
    expect([telemetry.peakOpenSpans(), spans.length > 10]).toEqual([10, true]);
    expect(treeOf(spans)[0]).toBe("invoke_workflow w");
    expect(spans.every(({ ended }) => ended)).toBe(true);
  });

  test("spans that are open when the engine closes are ended", async () => {
    const { runtime, clock, close, telemetry } = await startTraced();
    void new Workflow([sleep("s", 1000)], { name: "w", runtime }).execute();
    await clock.advance(10);
    await close();
    expect(telemetry.spans().map(({ attributes }) => attributes["ice.status"])).toEqual([
      "unknown",
      "unknown",
      "unknown",
    ]);
  });
});
