import { Client, StreamableHTTPClientTransport, type ClientOptions } from "@modelcontextprotocol/client";
import { defineTool, IceError, Tenants, type RegisteredBlueprint } from "@ice/core";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { ask, blueprint, echo, greet, serve, type Served } from "./serve.ts";

const add = defineTool({
  name: "sum.add",
  description: "Adds two numbers.",
  sideEffects: "none",
  args: z.object({ a: z.number(), b: z.number() }),
  run: ({ a, b }) => a + b,
});
/** Ends when it is aborted. */
const forever = defineTool({
  name: "forever",
  description: "Waits.",
  sideEffects: "none",
  args: z.object({}),
  run: (_args, { signal }) =>
    new Promise<null>((_resolve, reject) =>
      signal.addEventListener("abort", () => reject(new Error("it was aborted")), { once: true }),
    ),
});
const endless = { id: "wait", type: "tool", toolName: "forever", toolArgs: {} };
const workflows: RegisteredBlueprint[] = [
  { ...greet, description: "Says hello." },
  { name: "gate", nodes: [ask()] },
  { name: "broken", nodes: [{ id: "a", type: "tool", toolName: "fail", toolArgs: { message: "No paper." } }] },
  { name: "steps", nodes: [echo("a"), echo("b", {}, { dependencies: ["a"] }), echo("c", {}, { dependencies: ["b"] })] },
  { name: "endless", nodes: [endless] },
  { name: "huge", nodes: [echo("a", { text: "x".repeat(1_000_001) })] },
];

let served: Served;
beforeAll(async () => {
  served = await serve({ workflows, tools: [add, forever], mcp: { tools: ["sum.add", "forever"] } });
});
afterAll(() => served.close());

/** The versions of the protocol that clients speak today, and that they will. */
const eras = ["legacy", "auto"] as const;

async function connect(
  mode: (typeof eras)[number] = "auto",
  { token = served.token, server = served }: { token?: string; server?: Served } = {},
): Promise<Client> {
  const options: ClientOptions = { versionNegotiation: { mode } };
  const client = new Client({ name: "test", version: "1" }, options);
  const headers = { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return client;
}

const textOf = ({ content }: Awaited<ReturnType<Client["callTool"]>>): unknown => {
  const [block] = content;
  return block?.type === "text" ? (JSON.parse(block.text) as unknown) : undefined;
};
const runsOf = async (workflow: string): Promise<Record<string, unknown>[]> =>
  ((await served.send(`/v1/runs?workflow=${workflow}`)).json() as { runs: Record<string, unknown>[] }).runs;

test.each(eras)("workflows and the tools of the configuration are tools (%s)", async (mode) => {
  const client = await connect(mode);
  expect(client.getServerVersion()).toMatchObject({ name: "ice" });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    "broken",
    "endless",
    "gate",
    "greet",
    "huge",
    "steps",
    "tool_forever",
    "tool_sum_add",
  ]);
  expect(tools.find(({ name }) => name === "greet")).toEqual({
    name: "greet",
    description: "Says hello.",
    inputSchema: { ...(greet.inputs as object), $schema: "https://json-schema.org/draft/2020-12/schema" },
  });
  expect(tools.find(({ name }) => name === "gate")).toMatchObject({
    description: 'Runs the workflow "gate".',
    inputSchema: { $schema: expect.stringContaining("2020-12") as string, type: "object" },
  });
  expect(tools.at(-1)).toMatchObject({
    title: "sum.add",
    description: "Adds two numbers.",
    inputSchema: { required: ["a", "b"] },
  });
});

test.each(eras)("a call runs the workflow and returns its output, twice (%s)", async (mode) => {
  const client = await connect(mode, { token: await served.tokenFor(`agent-${mode}`, ["run"]) });
  const result = await client.callTool({ name: "greet", arguments: { who: "kim" } });
  expect(result.isError).toBeUndefined();
  expect(result.structuredContent).toEqual({ a: { hi: "kim" } });
  expect(textOf(result)).toEqual(result.structuredContent);
  expect((await runsOf("greet"))[0]).toMatchObject({ status: "completed", createdBy: `agent-${mode}`, hosted: true });
});

test.each(eras)("a run that has to wait is no error, and says what it asks (%s)", async (mode) => {
  const result = await (await connect(mode)).callTool({ name: "gate" });
  expect(result.isError).toBeUndefined();
  expect(result.structuredContent).toMatchObject({
    status: "suspended",
    runId: expect.any(String) as string,
    waiting: [{ path: "ask", kind: "human", promptMessage: "Go on?", approvalType: "approval" }],
  });
  expect(textOf(result)).toEqual(result.structuredContent);
  expect(JSON.stringify(result)).not.toMatch(/token/i);
});

test("a run that fails, and inputs that do not match, are errors that a model can read", async () => {
  const client = await connect();
  const failed = await client.callTool({ name: "broken" });
  expect(failed.isError).toBe(true);
  expect(failed.structuredContent).toMatchObject({
    status: "failed",
    error: { code: "ICE_NODE_FAILED", message: "No paper.", path: "a" },
  });
  const before = (await runsOf("greet")).length;
  const refused = await client.callTool({ name: "greet", arguments: { who: 7 } });
  expect(refused.isError).toBe(true);
  expect(refused.structuredContent).toMatchObject({
    error: { code: "ICE_INPUT_INVALID", issues: [{ path: "/inputs/who" }] },
  });
  expect(await runsOf("greet")).toHaveLength(before);
});

test("an unknown tool is refused, with the one that is meant", async () => {
  const client = await connect();
  await expect(client.callTool({ name: "great" })).rejects.toMatchObject({
    code: -32602,
    message: expect.stringContaining('"greet"') as string,
  });
});

test("an output that is too large is replaced by where it is", async () => {
  const { structuredContent, isError } = await (await connect()).callTool({ name: "huge" });
  expect(isError).toBeUndefined();
  expect(structuredContent).toMatchObject({ status: "completed", runId: expect.any(String) as string });
  expect(JSON.stringify(structuredContent).length).toBeLessThan(1000);
});

test.each(eras)("with a token for it, each end of a node is reported before the result (%s)", async (mode) => {
  const client = await connect(mode);
  const seen: [number, string | undefined][] = [];
  await client.callTool(
    { name: "steps" },
    { onprogress: ({ progress, message }) => void seen.push([progress, message]) },
  );
  expect(seen).toEqual([
    [1, "a completed"],
    [2, "b completed"],
    [3, "c completed"],
  ]);
});

test.each(eras)("a client that cancels its request cancels the run (%s)", async (mode) => {
  const client = await connect(mode);
  const cancellation = new AbortController();
  const before = (await runsOf("endless")).length;
  const call = client.callTool({ name: "endless" }, { signal: cancellation.signal });
  await expect.poll(async () => (await runsOf("endless")).length).toBe(before + 1);
  cancellation.abort();
  await expect(call).rejects.toThrow();
  await expect.poll(async () => (await runsOf("endless"))[0]).toMatchObject({ status: "cancelled" });
});

test("a client of an earlier protocol that loses its connection does not stop the run", async () => {
  const leaving = new AbortController();
  const headers = {
    authorization: `Bearer ${served.token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "endless" } });
  const before = (await runsOf("endless")).length;
  await fetch(`${served.url}/mcp`, { method: "POST", headers, body, signal: leaving.signal });
  await expect.poll(async () => (await runsOf("endless")).length).toBe(before + 1);
  leaving.abort();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const [run] = await runsOf("endless");
  expect(run).toMatchObject({ status: "running" });
  await served.send(`/v1/runs/${run!["runId"] as string}/cancel`, { method: "POST" });
});

test("a tool of the configuration is called with checked arguments, and stopped with the request", async () => {
  const client = await connect();
  expect((await client.callTool({ name: "tool_sum_add", arguments: { a: 1, b: 2 } })).structuredContent).toEqual({
    result: 3,
  });
  const refused = await client.callTool({ name: "tool_sum_add", arguments: { a: "1" } });
  expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: "ICE_TOOL_ARGS" } } });
  await expect(client.callTool({ name: "tool_forever" }, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
});

test("the checks of every route come first", async () => {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/list" };
  const accept = { accept: "application/json, text/event-stream" };
  const codeOf = async (sent: Parameters<Served["send"]>[1]): Promise<unknown[]> => {
    const { status, json } = await served.send("/mcp", {
      json: message,
      ...sent,
      headers: { ...accept, ...sent?.headers },
    });
    return [status, json()["code"]];
  };
  expect(await codeOf({ token: null })).toEqual([401, "ICE_AUTH_REQUIRED"]);
  expect(await codeOf({ token: "ice_x_y" })).toEqual([401, "ICE_AUTH_INVALID"]);
  expect(await codeOf({ token: await served.tokenFor("reader", ["read"]) })).toEqual([403, "ICE_SCOPE_MISSING"]);
  expect(await codeOf({ headers: { host: "evil.example.com" } })).toEqual([421, "ICE_HOST_DENIED"]);
  expect(await codeOf({ headers: { origin: "https://evil.example.com" } })).toEqual([403, "ICE_ORIGIN_DENIED"]);
  expect(await codeOf({ json: { ...message, x: "x".repeat(3_000_000) } })).toEqual([413, "ICE_REQUEST_TOO_LARGE"]);
  expect(await codeOf({ json: [message] })).toEqual([400, "ICE_REQUEST_INVALID"]);
  for (const method of ["GET", "DELETE"]) {
    const { status, headers } = await served.send("/mcp", { method });
    expect([status, headers.allow]).toEqual([405, "POST"]);
  }
});

test("stored blueprints are tools of their tenant alone, and runs too", async () => {
  const token = await served.tokenFor("author", ["author", "run", "read"], "other");
  const inputs = { type: "object", properties: { n: { type: "integer", default: 2 } } };
  const json = {
    blueprint: blueprint([echo("a", { n: "{{ inputs.n }}" })], { name: "own.flow", inputs, description: "Mine." }),
  };
  expect((await served.send("/v1/blueprints", { token, json })).status).toBe(201);
  const client = await connect("auto", { token });
  const tool = (await client.listTools()).tools.find(({ name }) => name === "own_flow");
  expect(tool).toMatchObject({
    title: "own.flow",
    description: "Mine.",
    inputSchema: { properties: inputs.properties },
  });
  expect((await client.callTool({ name: "own_flow" })).structuredContent).toEqual({ a: { n: 2 } });
  expect((await (await connect()).listTools()).tools.map(({ name }) => name)).not.toContain("own_flow");
  expect(await runsOf("own.flow")).toEqual([]);
});

test("tools come in pages", async () => {
  const many = Array.from({ length: 150 }, (_, index) => ({ name: `w${1000 + index}`, nodes: [echo("a")] }));
  const server = await serve({ workflows: many });
  onTestFinished(() => server.close());
  const client = await connect("auto", { token: server.token, server });
  const first = await client.request({ method: "tools/list", params: {} });
  expect([first.tools.length, first.nextCursor]).toEqual([100, "w1099"]);
  const second = await client.request({ method: "tools/list", params: { cursor: first.nextCursor } });
  expect([second.tools.length, second.nextCursor]).toEqual([50, undefined]);
});

test.each(eras)("a server that stops ends calls, and their runs go on later (%s)", async (mode) => {
  const server = await serve({ workflows, tools: [forever], mcp: { tools: ["forever"] } });
  const client = await connect(mode, { token: server.token, server });
  const run = client.callTool({ name: "endless" });
  const tool = client.callTool({ name: "tool_forever" });
  await expect
    .poll(async () => (await server.send("/v1/runs")).json())
    .toMatchObject({ runs: [{ status: "running" }] });
  const closed = server.close();
  expect((await run).structuredContent).toMatchObject({
    status: expect.stringMatching(/^(running|interrupted)$/) as string,
  });
  expect(await tool).toMatchObject({ isError: true });
  await closed;
});

test("a tool that does not exist cannot be offered", async () => {
  await expect(serve({ mcp: { tools: ["nothing"] } })).rejects.toMatchObject({ code: "ICE_TOOL_UNKNOWN" });
});

test("a failure of the store shows nothing of the server, and is reported with an id", async () => {
  const server = await serve({ workflows });
  onTestFinished(() => server.close());
  const client = await connect("auto", { token: server.token, server });
  const tenants = server.runtime.use(Tenants);
  vi.spyOn(tenants, "of").mockImplementation(
    (tenant) =>
      ({
        tenant,
        blueprints: { list: () => Promise.reject(new IceError("ICE_STORE_CORRUPT", "/home/kim/ice.db is damaged")) },
      }) as never,
  );
  await expect(client.listTools()).rejects.toMatchObject({
    code: -32603,
    message: expect.not.stringContaining("kim") as string,
  });
  const result = await client.callTool({ name: "greet" });
  expect(result).toMatchObject({ isError: true, structuredContent: { error: { code: "ICE_INTERNAL" } } });
  expect(JSON.stringify(result)).not.toContain("kim");
  expect(server.reports).toHaveLength(2);
  expect(server.reports[0]).toContain("ICE_STORE_CORRUPT");
});
