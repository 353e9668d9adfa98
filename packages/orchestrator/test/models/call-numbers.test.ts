import { defineTool, type NodeInput } from "@ice/core";
import { createTestRuntime, scriptedModel } from "@ice/testing";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../../src/index.ts";

const odd = defineTool({
  name: "odd",
  args: z.object({ n: z.int() }),
  run: ({ n }) => {
    if (n % 2 === 0) throw new Error(`${n} is even`);
    return n;
  },
});

async function eventsOf(replies: Parameters<typeof scriptedModel>[0], node: object) {
  const agents = ["ann", "ben"].map((name) => ({ name, model: "p/m", system: `I am ${name}.` }));
  const options = { agents, tools: [odd], plugins: [scriptedModel(replies).plugin] };
  const { runtime, events, clock, close } = await createTestRuntime(initializeOrchestrator, options);
  onTestFinished(close);
  const workflow = new Workflow([{ id: "a", ...node } as unknown as NodeInput], { name: "w", runtime });
  await clock.runUntil(workflow.execute());
  return (source: string) =>
    events.events.filter(({ type }) => type.startsWith(source)).map(({ type, data }) => [type, data] as const);
}

test("members of a swarm that ask at the same time have numbers of their own", async () => {
  const of = await eventsOf(
    [
      { when: "Propose", text: "x", times: 2 },
      { json: { vote: "ann" }, times: 2 },
    ],
    {
      type: "swarm",
      agents: ["ann", "ben"].map((name) => ({ package: name, role: name })),
      task: "t",
      coordinationStrategy: "consensus",
    },
  );
  expect(of("llm.called").map(([, data]) => data)).toEqual([
    { call: 1, model: "p/m", agent: "ann", role: "ann" },
    { call: 2, model: "p/m", agent: "ben", role: "ben" },
    { call: 3, model: "p/m", agent: "ann", role: "ann" },
    { call: 4, model: "p/m", agent: "ben", role: "ben" },
  ]);
  const numbers = (type: string) => of(type).map(([, data]) => (data as { call: number }).call);
  expect(numbers("llm.called")).toEqual([1, 2, 3, 4]);
  expect(numbers("llm.completed").toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
});

test("each call of a tool has a number, a failed one its code, and each attempt counts from 1", async () => {
  const asker = { agent: "a", role: "a" };
  const calls = [1, 2, 3].map((n) => ({ name: "odd", args: { n } }));
  const of = await eventsOf(
    [{ toolCalls: calls }, { status: 500 }, { toolCalls: [{ name: "odd", args: { n: "x" } }] }, { text: "done" }],
    { type: "agent", model: "p/m", input: "?", tools: ["odd"], retryPolicy: { maxAttempts: 2 } },
  );
  const order = (entries: ReturnType<typeof of>) =>
    entries.toSorted(([a, x], [b, y]) => (JSON.stringify([a, x]) < JSON.stringify([b, y]) ? -1 : 1));
  expect(order(of("tool."))).toEqual([
    ["tool.called", { tool: "odd", call: 1, ...asker }],
    ["tool.called", { tool: "odd", call: 1, ...asker }],
    ["tool.called", { tool: "odd", call: 2, ...asker }],
    ["tool.called", { tool: "odd", call: 3, ...asker }],
    ["tool.failed", { tool: "odd", call: 1, code: "ICE_TOOL_ARGS", ...asker }],
    ["tool.failed", { tool: "odd", call: 2, code: "ICE_NODE_FAILED", ...asker }],
    ["tool.returned", { tool: "odd", call: 1, ...asker }],
    ["tool.returned", { tool: "odd", call: 3, ...asker }],
  ]);
  expect(of("llm.").map(([type, data]) => [type, (data as { call: number }).call])).toMatchObject([
    ["llm.called", 1],
    ["llm.completed", 1],
    ["llm.called", 2],
    ["llm.failed", 2],
    ["llm.called", 1],
    ["llm.completed", 1],
    ["llm.called", 2],
    ["llm.tokenStreamed", 2],
    ["llm.completed", 2],
  ]);
});
