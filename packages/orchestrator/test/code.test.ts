import {
  CodeSandbox,
  createRuntime,
  defineTool,
  EgressClient,
  ToolExecutionService,
  type JsonObject,
  type NodeInput,
  type RunEvent,
  type RunResult,
} from "@ice/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow, type Orchestrator, type WorkflowOptions } from "../src/index.ts";

// The sandbox runs in real threads and real time, so these runs have the machine's clock.
let ice: Orchestrator;
const keys: string[] = [];
beforeAll(async () => {
  ice = await initializeOrchestrator({
    runtime: createRuntime(),
    env: {},
    sandbox: { workers: 1, limits: { fuel: 20_000_000, wallMs: 5_000 } },
    tools: [
      defineTool({
        name: "add",
        description: "Adds.",
        args: z.strictObject({ a: z.number(), b: z.number() }),
        run: ({ a, b }) => a + b,
      }),
      defineTool({
        name: "key",
        args: z.strictObject({}),
        run: (_args, { idempotencyKey }) => keys.push(idempotencyKey),
      }),
    ],
  });
});
afterAll(() => ice.close());

/** A result and the events on the way to it. */
interface ObservedRun extends RunResult {
  readonly events: readonly RunEvent[];
}

const code = (id: string, source: string, more: object = {}): NodeInput =>
  ({ id, type: "code", language: "javascript", code: source, ...more }) as NodeInput;

const execute = async (
  nodes: readonly NodeInput[],
  options: Partial<WorkflowOptions> = {},
  { runtime }: Orchestrator = ice,
): Promise<ObservedRun> => {
  const events: RunEvent[] = [];
  const workflow = new Workflow(nodes, { name: "w", ...options, runtime });
  const result = await workflow.execute({}, { onEvent: (event) => events.push(event) });
  return { ...result, events };
};
const dataOf = (events: readonly RunEvent[], type: string): JsonObject[] =>
  events.filter((event) => event.type === type).map(({ data }) => data);

test("code gets its input with templates evaluated, and its result is the output of the node", async () => {
  const { output } = await execute([
    code("rows", "return [{ n: 1 }, { n: 2 }];"),
    code("sum", "return input.rows.reduce((s, r) => s + r.n, 0);", { input: { rows: "{{ rows }}" } }),
    code("none", "return input;"),
  ]);
  expect(output).toEqual({ rows: [{ n: 1 }, { n: 2 }], sum: 3, none: null });
});

test.each([
  ["ICE_SANDBOX_FUEL", "for (;;) {}", {}],
  ["ICE_SANDBOX_MEMORY", "return new Uint8Array(9e6).length;", { limits: { memoryMiB: 4 } }],
  ["ICE_SANDBOX_STACK", "const f = () => 1 + f(); return f();", {}],
  ["ICE_SANDBOX_OUTPUT", "return 'x'.repeat(2000);", { limits: { outputBytes: 1000 } }],
  ["ICE_SANDBOX_DENIED", "return await tools.call('add', { a: 1, b: 2 });", {}],
  ["ICE_SANDBOX_GUEST", "throw new Error('no');", {}],
  ["ICE_OUTPUT_NOT_JSON", "return () => 1;", {}],
])("%s is the error of the node, with its path and what to do", async (expected, source, more) => {
  const { status, error, events } = await execute([code("k", source, more)]);
  expect({ status, error }).toMatchObject({
    status: "failed",
    error: { code: expected, path: "k", message: expect.any(String), fix: expect.any(String) },
  });
  expect(dataOf(events, "sandbox.executed")).toMatchObject([{ ok: false }]);
});

test("ICE_SANDBOX_TIMEOUT is retryable, deterministic failures are not", async () => {
  const own = await initializeOrchestrator({
    runtime: createRuntime(),
    sandbox: { workers: 1, limits: { fuel: 1e12 } },
  });
  const retryPolicy = { maxAttempts: 2, backoffSeconds: 0 };
  const late = await execute([code("k", "for (;;) {}", { retryPolicy, limits: { wallMs: 60 } })], {}, own);
  expect(late).toMatchObject({ error: { code: "ICE_SANDBOX_TIMEOUT" }, nodes: { k: { attempts: 2 } } });
  const fuel = await execute([code("k", "for (;;) {}", { retryPolicy, limits: { fuel: 1000 } })], {}, own);
  expect(fuel).toMatchObject({ error: { code: "ICE_SANDBOX_FUEL" }, nodes: { k: { attempts: 1 } } });
  await own.close();
});

test("fuel, memory and host calls are counted in events and in the usage of the run", async () => {
  const { usage, events } = await execute([
    code("a", "console.log('one'); return 1;"),
    code("b", "return await tools.call('add', { a: input, b: 2 });", {
      input: "{{ a }}",
      grants: { tools: ["add"] },
    }),
  ]);
  const [a, b] = dataOf(events, "sandbox.executed") as [JsonObject, JsonObject];
  expect(a).toMatchObject({ ok: true, hostCalls: 0, logs: [{ level: "log", text: "one" }], logBytes: 3 });
  expect(b).toMatchObject({ ok: true, hostCalls: 1 });
  expect(usage).toMatchObject({
    toolCalls: 1,
    hostCalls: 1,
    fuel: (a["fuel"] as number) + (b["fuel"] as number),
    peakMemoryBytes: Math.max(a["peakMemoryBytes"] as number, b["peakMemoryBytes"] as number),
  });
});

test("reaching a limit is a separate event", async () => {
  const { events } = await execute([code("k", "for (;;) {}", { limits: { fuel: 5000 } })]);
  expect(dataOf(events, "sandbox.limitHit")).toMatchObject([{ limit: "fuel", fuel: 5000 }]);
  expect(dataOf((await execute([code("k", "throw 1;")])).events, "sandbox.limitHit")).toEqual([]);
});

test("a granted tool is a call of the node: events, budget, checked arguments", async () => {
  const add = (source: string): NodeInput => code("k", source, { grants: { tools: ["add"] } });
  const { output, events } = await execute([add("return await tools.call('add', { a: 1, b: 2 });")]);
  expect(output).toEqual({ k: 3 });
  expect(events.filter(({ type }) => type.startsWith("tool.")).map(({ type, path }) => [type, path])).toEqual([
    ["tool.called", "k"],
    ["tool.returned", "k"],
  ]);
  expect(
    (await execute([add("try { await tools.call('add', { a: 'x' }); } catch (e) { return e.code; }")])).output,
  ).toEqual({ k: "ICE_TOOL_ARGS" });
});

test("each call has keys of its own, which are the same in another attempt", async () => {
  const grants = { tools: ["key", "signal"] };
  const twice = "await tools.call('key', {}); await tools.call('key', {}); throw new Error('again');";
  const failed = await execute([code("k", twice, { grants, retryPolicy: { maxAttempts: 2, backoffSeconds: 0 } })]);
  expect(failed.nodes["k"]).toMatchObject({ attempts: 2 });
  expect([keys.length, new Set(keys).size, keys.slice(2)]).toEqual([4, 2, keys.slice(0, 2)]);
  const send = "for (const name of ['a', 'b']) await tools.call('signal', { name });";
  const wait = (id: string, signal: string) => ({ id, type: "wait", signal }) as NodeInput;
  const { status } = await execute([code("s", send, { grants }), wait("w", "a"), wait("v", "b")]);
  expect(status).toBe("completed");
});

test("a budget stops the run even when the code catches the refusal", async () => {
  const source =
    "for (let n = 0; n < 5; n++) try { await tools.call('add', { a: 1, b: 2 }); } catch {} return 'spent';";
  const { status, error, usage } = await execute([code("k", source, { grants: { tools: ["add"] } })], {
    settings: { budget: { toolCalls: 2 } },
  });
  expect({ status, error, usage }).toMatchObject({
    status: "failed",
    error: { code: "ICE_BUDGET_EXCEEDED" },
    usage: { toolCalls: 2 },
  });
});

test("a tool that is granted must exist", () => {
  const [issue] = new Workflow([code("k", "return 1;", { grants: { tools: ["ad"] } })], {
    name: "w",
    runtime: ice.runtime,
  }).issues();
  expect(issue).toMatchObject({
    code: "ICE_TOOL_UNKNOWN",
    path: "/nodes/0/grants/tools/0",
    fix: expect.stringContaining("add"),
  });
});

test.each(["0", "false", "off", "no", " 0", ""])(
  "with ICE_ENABLE_WASM=%j code does not run, anywhere",
  async (gate) => {
    const own = await initializeOrchestrator({ runtime: createRuntime(), env: { ICE_ENABLE_WASM: gate } });
    expect(await execute([code("k", "return 1;")], {}, own)).toMatchObject({
      status: "failed",
      error: { code: "ICE_WASM_DISABLED", path: "k", fix: expect.stringContaining("ICE_ENABLE_WASM") },
    });
    await expect(
      own.runtime.use(CodeSandbox).run({ language: "javascript", source: "return 1;" }),
    ).rejects.toMatchObject({
      code: "ICE_WASM_DISABLED",
    });
    await own.close();
  },
);

test("the service alone calls granted tools through the tool execution service", async () => {
  const sandbox = ice.runtime.use(CodeSandbox);
  const result = await sandbox.run({
    language: "javascript",
    source: "return await tools.call('add', { a: 20, b: 22 });",
    grants: { tools: ["add"] },
  });
  expect(result).toMatchObject({ ok: true, output: 42 });
  expect(ice.runtime.tryUse(ToolExecutionService)).toBeDefined();
});

test("HTTP of code goes through the client of the runtime, which the application may provide", async () => {
  const runtime = createRuntime();
  const urls: string[] = [];
  runtime.provide(EgressClient, {
    request: (url) => {
      urls.push(url);
      return Promise.resolve({ status: 204, headers: {}, text: "" });
    },
    close: () => Promise.resolve(),
  });
  const own = await initializeOrchestrator({ runtime, env: {}, allow: { http: ["a.test"] }, sandbox: { workers: 1 } });
  const grants = { http: { allow: ["a.test"] } };
  const { output } = await execute(
    [code("k", "return (await http.fetch('https://a.test/x')).status;", { grants })],
    {},
    own,
  );
  expect({ output, urls }).toEqual({ output: { k: 204 }, urls: ["https://a.test/x"] });
  await own.close();
  expect(ice.runtime.tryUse(EgressClient)).toBeDefined();
});

test("the code of a run does not wait for all the code of another", async () => {
  const own = await initializeOrchestrator({
    runtime: createRuntime(),
    env: {},
    sandbox: { workers: 1, limits: { fuel: 1e12, wallMs: 300 } },
  });
  await execute([code("warm", "return 1;")], {}, own);
  let ended = 0;
  const stop = new AbortController();
  const spinning = new Workflow(
    Array.from({ length: 30 }, (_, n) => code(`s${n}`, "for (;;) {}", { onError: "skip" })),
    { name: "spinning", runtime: own.runtime, settings: { maxConcurrency: 30 } },
  ).execute({}, { signal: stop.signal, onEvent: ({ type }) => void (ended += type === "sandbox.executed" ? 1 : 0) });
  const { output } = await execute([code("honest", "return 'done';")], {}, own);
  expect(output).toEqual({ honest: "done" });
  expect(ended).toBeLessThanOrEqual(2);
  stop.abort();
  expect(await spinning).toMatchObject({ status: "cancelled" });
  // The guest that ran has left its worker.
  expect((await execute([code("next", "return 'next';")], {}, own)).output).toEqual({ next: "next" });
  await own.close();
});

test("a run that is cancelled cancels its code", async () => {
  const controller = new AbortController();
  const workflow = new Workflow(
    [code("k", "await tools.call('sleep', { ms: 60000 });", { grants: { tools: ["sleep"] } })],
    {
      name: "w",
      runtime: ice.runtime,
    },
  );
  const result = await workflow.execute(
    {},
    {
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === "tool.called") controller.abort();
      },
    },
  );
  expect(result).toMatchObject({ status: "cancelled", nodes: { k: { status: "cancelled" } } });
});
