import { defineAgent, NetworkCoordinatorFactory, type NodeInput, type RegisteredBlueprint } from "@ice/core";
import { Workflow } from "@ice/orchestrator";
import { scriptedModel } from "@ice/testing";
import { DataPointType } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { conventionalMetrics, conventions, own } from "../src/conventions/names.ts";
import { publishedConventions, startTraced } from "./run-traced.ts";

/** Types as the registry of the conventions gives them. */
const types: Readonly<Record<string, "string" | "int" | "double" | "boolean" | "string[]">> = {
  "error.type": "string",
  "gen_ai.operation.name": "string",
  "gen_ai.provider.name": "string",
  "gen_ai.workflow.name": "string",
  "gen_ai.agent.name": "string",
  "gen_ai.tool.name": "string",
  "gen_ai.tool.type": "string",
  "gen_ai.request.model": "string",
  "gen_ai.request.stream": "boolean",
  "gen_ai.response.finish_reasons": "string[]",
  "gen_ai.response.time_to_first_chunk": "double",
  "gen_ai.usage.input_tokens": "int",
  "gen_ai.usage.output_tokens": "int",
  "gen_ai.usage.cache_read.input_tokens": "int",
  "gen_ai.usage.reasoning.output_tokens": "int",
  "gen_ai.token.type": "string",
  "gen_ai.output.messages": "string",
};

const isOf = {
  string: (value: unknown) => typeof value === "string",
  int: (value: unknown) => Number.isSafeInteger(value),
  double: (value: unknown) => typeof value === "number",
  boolean: (value: unknown) => typeof value === "boolean",
  "string[]": (value: unknown) => Array.isArray(value) && value.every((part) => typeof part === "string"),
};

const published = publishedConventions();

test("names are those that the conventions define", () => {
  expect(published.attributes.size).toBeGreaterThan(500);
  expect(Object.values(conventions).filter((name) => !published.attributes.has(name))).toEqual([]);
  expect(Object.values(conventionalMetrics).filter((name) => !published.metrics.has(name))).toEqual([]);
  expect(Object.keys(types).toSorted()).toEqual(Object.values(conventions).toSorted());
});

/** One of each node type, with what it may do: calls, failures, retries, answers. */
const nodes = [
  { id: "t", type: "tool", toolName: "echo" },
  { id: "f", type: "tool", toolName: "fail", onError: "skip", retryPolicy: { maxAttempts: 2, backoffSeconds: 0 } },
  { id: "c", type: "condition", expression: "true", truePath: [{ id: "y", type: "tool", toolName: "echo" }] },
  { id: "l", type: "loop", itemsSource: "[1]", body: [{ id: "b", type: "tool", toolName: "echo" }] },
  { id: "p", type: "parallel", branches: [[{ id: "q", type: "tool", toolName: "echo" }]] },
  { id: "w", type: "workflow", workflowRef: "sub" },
  {
    id: "m",
    type: "monitor",
    metricExpression: "metrics.nodesCompleted > 0",
    actionOnTrigger: "alert",
    alertChannels: ["log"],
  },
  { id: "k", type: "code", language: "javascript", code: "return 1;" },
  { id: "a", type: "llm", model: "openai/m", prompt: "q" },
  { id: "g", type: "agent", model: "google/m", input: "q", tools: ["echo"] },
  { id: "fn", type: "agent", package: "plain", input: 1 },
  {
    id: "s",
    type: "swarm",
    task: "t",
    coordinationStrategy: "consensus",
    agents: ["r0", "r1"].map((role) => ({ package: "member", role })),
  },
  { id: "r", type: "recursive", workflowRef: "sub", convergenceCondition: "true" },
  {
    id: "h",
    type: "human",
    promptMessage: "?",
    approvalType: "approval",
    timeoutSeconds: 1,
    onTimeout: { output: true },
  },
] as unknown as readonly NodeInput[];

test("spans and metrics of every node type conform to the conventions", async () => {
  const agents = [
    defineAgent({ name: "plain", run: ({ step }) => (step({}), "x") }),
    defineAgent({ name: "member", run: () => ({ vote: "r0" }) }),
  ];
  const replies = [
    { when: "q", toolCalls: [{ name: "echo" }], usage: { cached: 1 } },
    { text: "x", times: "always" as const },
  ];
  const sub = { name: "sub", nodes: [{ id: "i", type: "tool", toolName: "echo" }] } as unknown as RegisteredBlueprint;
  const { runtime, clock, close, telemetry } = await startTraced(
    { agents, workflows: [sub], plugins: [scriptedModel(replies, { cost: () => 0.25 }).plugin] },
    { otelOptions: { content: true } },
  );
  for (const node of nodes) {
    const running = new Workflow([node], { name: `of-${node.id}`, runtime }).execute({}, { wait: true } as never);
    // Code runs in a thread, which takes real time.
    await (node.type === "code" ? running : clock.runUntil(running));
  }
  await clock.runUntil(
    runtime
      .use(NetworkCoordinatorFactory)
      .create({ name: "n", workflows: [{ id: "one", ref: "sub", after: [] }] })
      .run(),
  );
  const metrics = await telemetry.metrics();
  await close();
  const spans = telemetry.spans();
  const seen = new Set(spans.map(({ attributes }) => attributes["ice.node.type"]).filter(Boolean));
  expect(seen).toEqual(new Set([...nodes.map(({ type }) => type), "network.workflow"]));

  const ownNames = new Set<string>(Object.values(own));
  const wrong = (name: string, value: unknown): boolean =>
    name.startsWith("ice.") ? !ownNames.has(name) : types[name] === undefined || !isOf[types[name]](value);
  const problems = spans.flatMap(({ name, attributes }) =>
    Object.entries(attributes).flatMap(([key, value]) =>
      wrong(key, value) ? [`${name}: ${key} = ${String(value)}`] : [],
    ),
  );
  expect(problems).toEqual([]);
  const operations = published.members("GEN_AI_OPERATION_NAME");
  const providers = published.members("GEN_AI_PROVIDER_NAME");
  for (const { name, attributes } of spans) {
    const operation = attributes["gen_ai.operation.name"];
    if (operation !== undefined)
      expect([operations.has(operation), name.startsWith(String(operation))]).toEqual([true, true]);
    const provider = attributes["gen_ai.provider.name"];
    if (provider !== undefined) expect(providers).toContain(provider);
    if (operation === "chat")
      expect(attributes).toMatchObject({ "gen_ai.provider.name": expect.any(String), "gen_ai.request.model": "m" });
  }
  expect(new Set(spans.map(({ attributes }) => attributes["gen_ai.operation.name"]))).toEqual(
    new Set(["chat", "execute_tool", "invoke_agent", "invoke_workflow", undefined]),
  );

  const standard = metrics.filter(({ descriptor }) => descriptor.name.startsWith("gen_ai."));
  expect(
    standard.map(({ descriptor: { name, unit } }) => [name, unit] as const).toSorted(([a], [b]) => a.localeCompare(b)),
  ).toEqual([
    ["gen_ai.client.operation.duration", "s"],
    ["gen_ai.client.operation.time_to_first_chunk", "s"],
    ["gen_ai.client.token.usage", "{token}"],
  ]);
  for (const { dataPoints, dataPointType } of standard) {
    expect(dataPointType).toBe(DataPointType.HISTOGRAM);
    for (const { attributes } of dataPoints)
      expect(Object.entries(attributes).filter(([key, value]) => wrong(key, value))).toEqual([]);
  }
  const tokens = standard.find(({ descriptor }) => descriptor.name === "gen_ai.client.token.usage")!;
  expect(tokens.dataPoints.map(({ attributes }) => attributes["gen_ai.token.type"])).toContain("output");
  const ownMetrics = metrics.map(({ descriptor }) => descriptor.name).filter((name) => name.startsWith("ice."));
  expect(ownMetrics.toSorted()).toEqual([
    "ice.llm.cost",
    "ice.node.duration",
    "ice.node.retries",
    "ice.nodes",
    "ice.run.duration",
    "ice.runs",
  ]);
});
