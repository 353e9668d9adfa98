import { Client, StreamableHTTPClientTransport, type ClientOptions } from "@modelcontextprotocol/client";
import { defineTool, type RegisteredBlueprint } from "@ice/core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
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
  { name: "steps", nodes: [echo("a"), echo("b", {}, { dependsOn: ["a"] }), echo("c", {}, { dependsOn: ["b"] })] },
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
