import { defineAgent, defineTool, type Json } from "@ice/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { echo, fail, runNodes } from "./run-nodes.ts";

const add = defineTool({ name: "add", args: z.object({ a: z.number(), b: z.number() }), run: ({ a, b }) => a + b });
const calculator = defineAgent({
  name: "calculator",
  tools: ["add"],
  async run({ input, callTool, step, addUsage, history }) {
    const [a, b] = input as [number, number];
    const sum = await callTool("add", { a, b });
    step({ thought: "done" });
    addUsage({ totalTokens: 7, llmCalls: 1 });
    return { text: `${a} + ${b} = ${String(sum)}`, turns: history.length };
  },
});

test("an agent calls its tools, reports steps, and its usage counts", async () => {
  const { output, usage, test } = await runNodes([{ id: "a", type: "agent", package: "calculator", input: [1, 2] }], {
    start: { agents: [calculator], tools: [add as never] },
  });
  expect(output["a"]).toEqual({
    output: { text: "1 + 2 = 3", turns: 0 },
    text: "1 + 2 = 3",
    steps: 2,
    toolCalls: [{ tool: "add", args: { a: 1, b: 2 }, result: 3 }],
    finishReason: "stop",
    usage: { totalTokens: 7, llmCalls: 1 },
  });
  expect(usage).toMatchObject({ toolCalls: 1, totalTokens: 7, llmCalls: 1 });
  expect(test.events.lines().filter((line) => line.startsWith("agent.") || line.startsWith("tool."))).toEqual([
    "agent.stepCompleted a",
    "tool.called a",
    "tool.returned a",
    "agent.stepCompleted a",
  ]);
});

test("an agent may call only the tools on its list, and only so many steps", async () => {
  const curious = defineAgent({ name: "curious", run: ({ callTool }) => callTool("echo", {}) });
  const endless = defineAgent({
    name: "endless",
    run({ step }) {
      for (;;) step({});
    },
  });
  const { nodes } = await runNodes(
    [
      { id: "a", type: "agent", package: "curious", retryPolicy: { maxAttempts: 3 } },
      { id: "b", type: "agent", package: "endless", maxIterations: 5 },
    ],
    { start: { agents: [curious, endless] } },
  );
  expect(nodes["a"]).toMatchObject({ attempts: 1, error: { code: "ICE_TOOL_UNKNOWN" } });
  expect(nodes["b"]!.error).toMatchObject({ code: "ICE_AGENT_LIMIT" });
});

test("memory passes earlier turns of the thread to the agent, the latest maxTurns of them", async () => {
  const recall = defineAgent({
    name: "recall",
    run: ({ input, history }) => [...history.map((turn) => turn.input), input],
  });
  const { output } = await runNodes(
    [
      {
        id: "l",
        type: "loop",
        itemsSource: "[1, 2, 3]",
        body: [
          { id: "a", type: "agent", package: "recall", input: "{{ item }}", memory: { thread: "t", maxTurns: 1 } },
        ],
        itemOutput: "{{ a.output }}",
      },
    ],
    { start: { agents: [recall] } },
  );
  expect(output["l"]).toEqual([[1], [1, 2], [2, 3]]);
});

/** An agent that answers by phase. */
const scripted = (name: string, answers: Record<string, (input: Record<string, Json>, role: string) => unknown>) =>
  defineAgent({
    name,
    run: ({ input, role }) => answers[(input as { phase: string }).phase]!(input as Record<string, Json>, role),
  });

const swarm = (
  coordinationStrategy: "consensus" | "hierarchical" | "marketplace",
  packages: string[],
  more: object = {},
) =>
  ({
    id: "s",
    type: "swarm",
    task: "name it",
    coordinationStrategy,
    agents: packages.map((name, index) => ({ package: name, role: `r${index}` })),
    ...more,
  }) as never;

test("consensus: rounds see the previous one, votes decide at the threshold", async () => {
  const member = scripted("member", {
    propose: ({ previous }, role) => ({ by: role, seen: (previous as unknown[]).length }),
    vote: ({ round }, role) => (round === 1 ? { vote: role } : { vote: "r1" }),
  });
  const { output, test } = await runNodes([swarm("consensus", ["member", "member", "member"])], {
    start: { agents: [member] },
  });
  expect(output["s"]).toMatchObject({
    result: { by: "r1", seen: 3 },
    strategy: "consensus",
    rounds: 2,
    converged: true,
    agents: [{ role: "r0", calls: 4 }, { calls: 4 }, { calls: 4 }],
  });
  expect((output["s"] as { transcript: unknown[] }).transcript).toHaveLength(12);
  expect(test.events.of("swarm.roundCompleted").map(({ data }) => data["votes"])).toEqual([
    { r0: "r0", r1: "r1", r2: "r2" },
    { r0: "r1", r1: "r1", r2: "r1" },
  ]);
});

test("without consensus the result is the best proposal of the last round, and that is no error", async () => {
  const stubborn = scripted("stubborn", {
    propose: (_input, role) => role,
    vote: (_input, role) => (role === "r2" ? 42 : role),
  });
  const { output, status } = await runNodes(
    [swarm("consensus", ["stubborn", "stubborn", "stubborn"], { maxRounds: 3, consensusThreshold: 0.6 })],
    { start: { agents: [stubborn] } },
  );
  expect([status, output["s"]]).toMatchObject(["completed", { result: "r0", rounds: 3, converged: false }]);
});

test("hierarchical: the first plans, the others work on their assignments, the first synthesises", async () => {
  const agent = scripted("agent", {
    plan: ({ workers }) => ({ assignments: { r1: "research" }, workers }),
    work: ({ assignment }, role) => ({ role, assignment }),
    synthesise: ({ results }) => results,
  });
  const { output } = await runNodes([swarm("hierarchical", ["agent", "agent", "agent"])], {
    start: { agents: [agent] },
  });
  const plan = { assignments: { r1: "research" }, workers: ["r1", "r2"] };
  expect(output["s"]).toMatchObject({
    converged: true,
    result: [
      { role: "r1", output: { role: "r1", assignment: "research" } },
      { role: "r2", output: { role: "r2", assignment: plan } },
    ],
  });
});

test("marketplace: the highest bid executes; without a bid, no member does", async () => {
  const bidder = scripted("bidder", {
    bid: (_input, role) => ({ bid: { r0: 1, r1: 5, r2: "much" }[role] }),
    execute: ({ bid }, role) => ({ role, bid }),
  });
  const shy = scripted("shy", { bid: () => null });
  const start = { agents: [bidder, shy] };
  const { output, test } = await runNodes([swarm("marketplace", ["bidder", "bidder", "bidder"])], { start });
  expect(output["s"]).toMatchObject({ result: { role: "r1", bid: { bid: 5 } }, converged: true });
  expect(test.events.of("swarm.roundCompleted")[0]!.data).toMatchObject({
    bids: { r0: 1, r1: 5, r2: null },
    winner: "r1",
  });
  expect((await runNodes([swarm("marketplace", ["shy", "shy"])], { start })).output["s"]).toMatchObject({
    result: null,
    converged: false,
  });
});

test("configOverrides reach their member; a failing member fails the swarm", async () => {
  const reader = defineAgent({
    name: "reader",
    run: ({ config, input }) => ((input as { phase: string }).phase === "bid" ? config["bid"] : config),
  });
  const broken = defineAgent({ name: "broken", run: () => Promise.reject(new Error("out of words")) });
  const node = {
    id: "s",
    type: "swarm",
    task: 1,
    coordinationStrategy: "marketplace",
    agents: [
      { package: "reader", role: "a", configOverrides: { bid: 2 } },
      { package: "reader", role: "b" },
    ],
  } as never;
  expect((await runNodes([node], { start: { agents: [reader] } })).output["s"]).toMatchObject({ result: { bid: 2 } });
  expect(
    (await runNodes([swarm("marketplace", ["broken", "broken"])], { start: { agents: [broken] } })).error,
  ).toMatchObject({ code: "ICE_NODE_FAILED", message: "out of words", path: "s" });
});

test("a recursion over an agent passes it state and iteration", async () => {
  const counter = defineAgent({
    name: "counter",
    run: ({ input }) => ((input as { state: number | null }).state ?? 0) + 1,
  });
  const { output } = await runNodes(
    [
      { id: "r", type: "recursive", agentPackage: "counter", convergenceCondition: "state >= 3 && iteration == 2" },
      echo("e", { n: "{{ r.output }}" }),
    ],
    { start: { agents: [counter] } },
  );
  expect(output).toMatchObject({ r: { output: 3, iterations: 3, converged: true }, e: { n: 3 } });
});

test("the result of an agent must be JSON", async () => {
  const odd = defineAgent({ name: "odd", run: () => new Map() });
  expect(
    (
      await runNodes([{ id: "a", type: "agent", package: "odd" }, fail("x", {}, { when: "false" })], {
        start: { agents: [odd] },
      })
    ).error,
  ).toMatchObject({ code: "ICE_OUTPUT_NOT_JSON", path: "a" });
});
