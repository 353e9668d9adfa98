import { createRuntime, defineTool, IceError, registerNode } from "@ice/core";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";

const policy = (more: object = {}) => ({ retryPolicy: { maxAttempts: 3, backoffSeconds: 1, ...more } });

test.each([
  ["exponential", 3 * 1000],
  ["linear", 3 * 1000],
  ["fixed", 2 * 1000],
])("%s back-off before two retries takes %i ms", async (backoffStrategy, expected) => {
  const { nodes } = await runNodes([fail("a", { untilAttempt: 2 }, policy({ backoffStrategy }))]);
  expect(nodes["a"]).toMatchObject({ status: "completed", attempts: 3, durationMs: expected, output: { attempt: 3 } });
});

test("waiting for a retry holds no slot, and the retried node gets one back", async () => {
  const { test, nodes } = await runNodes([fail("a", { untilAttempt: 1 }, policy()), echo("b")], {
    settings: { maxConcurrency: 1 },
  });
  expect(test.events.lines().filter((line) => line.startsWith("node."))).toEqual([
    "node.started a",
    "node.retryScheduled a",
    "node.started b",
    "node.completed b",
    "node.completed a",
  ]);
  expect(nodes["a"]!.attempts).toBe(2);
});

test("two retrying nodes never share the only slot", async () => {
  let running = 0;
  let most = 0;
  const work = defineTool({
    name: "work",
    args: z.object({}),
    async run(_args, { attempt }) {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      if (attempt < 3) throw new Error("again");
      return null;
    },
  });
  const node = (id: string) => ({ id, type: "tool" as const, toolName: "work", ...policy() });
  const { status } = await runNodes([node("a"), node("b"), node("c")], {
    start: { tools: [work as never] },
    settings: { maxConcurrency: 1 },
  });
  expect([status, most]).toEqual(["completed", 1]);
});

test("Retry-After takes precedence if it is longer, within the cap", async () => {
  const busy = defineTool({
    name: "busy",
    args: z.object({ after: z.number() }),
    run({ after: retryAfterMs }, { attempt }) {
      if (attempt === 1) throw new IceError("E_BUSY", "busy", { retryable: true, retryAfterMs });
      return attempt;
    },
  });
  const start = { tools: [busy as never] };
  const node = (ms: number) => ({
    id: "a",
    type: "tool" as const,
    toolName: "busy",
    toolArgs: { after: ms },
    ...policy({ maxBackoffSeconds: 10 }),
  });
  expect((await runNodes([node(5000)], { start })).durationMs).toBe(5000);
  expect((await runNodes([node(60_000)], { start })).durationMs).toBe(10_000);
});

test("retryOn compares with the code of the cause too; noRetryOn wins", async () => {
  const throwing = defineTool({
    name: "throwing",
    args: z.object({}),
    run: () => Promise.reject(Object.assign(new Error("reset"), { code: "ECONNRESET" })),
  });
  const node = (id: string, more: object) => ({ id, type: "tool" as const, toolName: "throwing", ...policy(more) });
  const { nodes } = await runNodes(
    [
      node("a", { retryOn: ["ECONNRESET"] }),
      node("b", { retryOn: ["OTHER"] }),
      node("c", { retryOn: ["ECONNRESET"], noRetryOn: ["ECONNRESET"] }),
    ],
    {
      start: { tools: [throwing as never] },
    },
  );
  expect([nodes["a"]!.attempts, nodes["b"]!.attempts, nodes["c"]!.attempts]).toEqual([3, 1, 1]);
  expect(nodes["a"]!.error).toMatchObject({ code: "ICE_NODE_FAILED", message: "reset" });
});

test("an attempt that takes too long is aborted and tried again; its late result is dropped", async () => {
  const aborted: number[] = [];
  const slow = defineTool({
    name: "slow",
    args: z.object({}),
    async run(_args, { signal, attempt }) {
      signal.addEventListener("abort", () => aborted.push(attempt));
      if (attempt === 1) return new Promise((resolve) => signal.addEventListener("abort", () => resolve("late")));
      return "in time";
    },
  });
  const { nodes, durationMs } = await runNodes(
    [{ id: "a", type: "tool", toolName: "slow", timeoutSeconds: 0.2, ...policy() }],
    { start: { tools: [slow as never] } },
  );
  expect(nodes["a"]).toMatchObject({ status: "completed", output: "in time", attempts: 2 });
  expect([aborted, durationMs]).toEqual([[1], 1200]);
});

test("a retried container starts its children again: earlier outcomes are superseded", async () => {
  let calls = 0;
  const flaky = defineTool({
    name: "flaky",
    args: z.object({}),
    run: () => ((calls += 1) === 2 ? Promise.reject(new Error("once")) : calls),
  });
  const { nodes, usage } = await runNodes(
    [
      {
        id: "l",
        type: "loop",
        itemsSource: "[1, 2]",
        ...policy(),
        body: [{ id: "f", type: "tool", toolName: "flaky" }],
      },
    ],
    { start: { tools: [flaky as never] } },
  );
  expect(nodes["l"]).toMatchObject({ attempts: 2, output: [3, 4] });
  expect([nodes["l[0].f"]!.output, nodes["l[1].f"]!.output, usage.toolCalls]).toEqual([3, 4, 4]);
});

test("onError skips, or completes with a template that sees the error", async () => {
  const result = await runNodes([
    fail("a", {}, { onError: "skip" }),
    fail(
      "b",
      { message: "boom", code: "E_B" },
      { onError: { output: { why: "{{ error.code }}: {{ error.message }}" } } },
    ),
    fail("c", {}, { onError: { output: "{{ int(error.message) }}" } }),
  ]);
  expect(result.nodes["a"]).toMatchObject({
    status: "skipped",
    skipReason: "errorIgnored",
    error: { message: "failed on purpose" },
  });
  expect(result.nodes["b"]).toMatchObject({
    status: "completed",
    recovered: true,
    output: { why: "E_B: boom" },
    error: { code: "E_B" },
  });
  expect(result.nodes["c"]).toMatchObject({ status: "failed", error: { code: "ICE_EXPRESSION_FAILED" } });
});

test("outputSchema checks outputs and fallbacks, and a mismatch is not retried", async () => {
  const outputSchema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
  const { nodes } = await runNodes([
    echo("a", { n: "x" }, { outputSchema, ...policy() }),
    fail("b", {}, { outputSchema, onError: { output: { n: "x" } } }),
    echo("c", { n: 1 }, { outputSchema }),
  ]);
  expect(nodes["a"]).toMatchObject({ attempts: 1, error: { code: "ICE_OUTPUT_INVALID" } });
  expect(nodes["b"]).toMatchObject({ status: "failed", error: { code: "ICE_OUTPUT_INVALID" } });
  expect(nodes["c"]!.status).toBe("completed");
});

test("inputSchema checks the evaluated arguments and applies defaults", async () => {
  const inputSchema = {
    type: "object",
    properties: { n: { type: "number" }, unit: { type: "string", default: "kg" } },
  };
  const { nodes, output } = await runNodes(
    [
      echo("a", { n: "{{ inputs.n }}" }, { inputSchema }),
      echo("b", { n: "{{ inputs.text }}" }, { inputSchema, ...policy() }),
    ],
    {
      inputs: { n: 2, text: "two" },
    },
  );
  expect(output["a"]).toEqual({ n: 2, unit: "kg" });
  expect(nodes["b"]).toMatchObject({ attempts: 1, error: { code: "ICE_INPUT_INVALID" } });
});

test("an output that is not JSON fails the node, naming the position", async () => {
  const odd = defineTool({ name: "odd", args: z.object({}), run: () => ({ rows: [{ price: 1n }] }) as never });
  const { error } = await runNodes([{ id: "a", type: "tool", toolName: "odd" }], { start: { tools: [odd as never] } });
  expect(error).toMatchObject({ code: "ICE_OUTPUT_NOT_JSON", path: "a" });
  expect(error!.message).toContain("$.rows[0].price");
});

test("a cancel reaches executors at once, ends their nodes, and nothing new starts", async () => {
  const runtime = createRuntime();
  let hanging = 0;
  const seen: boolean[] = [];
  const hang = defineTool({
    name: "hang",
    args: z.object({}),
    run: (_args, { signal }) => {
      hanging += 1;
      return new Promise(() => signal.addEventListener("abort", () => seen.push(signal.aborted)));
    },
  });
  const { close } = await initializeOrchestrator({ runtime, tools: [hang as never] });
  const workflow = new Workflow(
    [
      { id: "a", type: "tool", toolName: "hang" },
      { id: "l", type: "loop", itemsSource: "[1]", body: [{ id: "b", type: "tool", toolName: "hang" }] },
      echo("c", {}, after("a")),
    ],
    { name: "w", runtime },
  );
  const controller = new AbortController();
  const running = workflow.execute({}, { signal: controller.signal });
  await vi.waitFor(() => expect(hanging).toBe(2));
  controller.abort();
  const result = await running;
  expect(seen).toEqual([true, true]);
  expect(result).toMatchObject({ status: "cancelled", error: { code: "ICE_RUN_CANCELLED" } });
  expect(statuses(result)).toEqual({ a: "cancelled", "l[0].b": "cancelled", l: "cancelled", c: "skipped runStopped" });
  await close();
});

test("a signal that is aborted already cancels before anything runs", async () => {
  const result = await runNodes([echo("a")], { options: { signal: AbortSignal.abort() } });
  expect(result.status).toBe("cancelled");
  expect(result.nodes["a"]).toMatchObject({ status: "skipped", skipReason: "runStopped" });
});

test("a cancel during back-off ends the wait", async () => {
  const controller = new AbortController();
  const result = await runNodes(
    [fail("a", {}, policy({ backoffSeconds: 1000, maxBackoffSeconds: 1000 })), sleep("s", 10)],
    {
      options: {
        signal: controller.signal,
        onEvent: ({ type, path }) => type === "node.completed" && path === "s" && controller.abort(),
      },
    },
  );
  expect(result.durationMs).toBe(10);
  expect(statuses(result)).toEqual({ s: "completed", a: "cancelled" });
});

test("a budget refuses the call that would exceed it; onError cannot absorb it", async () => {
  const nodes = await runNodes([echo("a"), echo("b"), echo("c", {}, { onError: "skip" })], {
    settings: { budget: { nodes: 2 }, maxConcurrency: 1 },
  });
  expect(nodes).toMatchObject({ status: "failed", error: { code: "ICE_BUDGET_EXCEEDED", path: "c" } });
  const tools = await runNodes(
    [{ id: "l", type: "loop", itemsSource: "range(5)", onItemError: "skip", body: [echo("x")] }],
    { settings: { budget: { toolCalls: 3 } } },
  );
  expect(tools).toMatchObject({
    status: "failed",
    error: { code: "ICE_BUDGET_EXCEEDED", path: "l[3].x" },
    usage: { toolCalls: 3 },
  });
  expect(tools.test.events.of("budget.exceeded")).toHaveLength(1);
});

test("usage that nodes report is added up, and strange amounts are ignored", async () => {
  const before = {
    before: (runtime: ReturnType<typeof createRuntime>) =>
      registerNode(
        "model",
        ({ addUsage, path }) => {
          addUsage({ totalTokens: 60, costUsd: Number.NaN, inputTokens: -5 });
          return path;
        },
        { runtime },
      ),
  };
  const { usage } = await runNodes([{ id: "a", type: "model" } as never, { id: "b", type: "model" } as never], {
    before,
  });
  expect(usage).toMatchObject({ totalTokens: 120, costUsd: 0, inputTokens: 0 });
});
