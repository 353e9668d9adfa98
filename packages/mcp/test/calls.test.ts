import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trustServers } from "../src/index.ts";
import { directoryWith, scripted, served, serveScript, start, text } from "./served.ts";

const string = { type: "object", properties: { q: { type: "string" } }, required: ["q"], additionalProperties: false };

test("a tool is called with its arguments, and returns its text", async () => {
  const { call, tools, events, close } = await served(
    { tools: [{ name: "look-up", description: "Looks.", inputSchema: string }] },
    { idempotent: ["look-up"] },
  );
  expect(tools.get("s.look-up")).toMatchObject({ description: "Looks.", args: string, sideEffects: "idempotent" });
  expect(await call("s.look-up", { q: "ice" })).toEqual({ text: '{"q":"ice"}', blocks: [] });
  await expect(call("s.look-up", { q: 5 })).rejects.toMatchObject({ code: "ICE_TOOL_ARGS" });
  expect(events).toEqual([{ type: "mcp.connected", data: { server: "s" } }]);
  await close();
});

const outputSchema = {
  type: "object",
  properties: { n: { type: "integer" }, unit: { default: "kg" } },
  required: ["n"],
};
test.each([
  [
    "its structured content, with the defaults of its schema",
    { outputSchema, result: { content: [], structuredContent: { n: 5 } } },
    { n: 5, unit: "kg" },
  ],
  [
    "several texts",
    {
      result: {
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
    },
    { text: "a\nb", blocks: [] },
  ],
  [
    "structured content that is not declared",
    { result: { ...text("a"), structuredContent: { n: 5 } } },
    { text: "a", blocks: [] },
  ],
  ["nothing", { result: { content: [] } }, { text: "", blocks: [] }],
  [
    "other content without bytes",
    {
      result: {
        content: [
          { type: "image", data: "AAAA", mimeType: "image/png", annotations: { audience: ["user"] } },
          { type: "resource_link", uri: "file:///a.txt", name: "a" },
          { type: "resource", resource: { uri: "file:///b", blob: "AAAA", mimeType: "application/pdf" } },
          { type: "resource", resource: { uri: "file:///c", text: "c" } },
        ],
      },
    },
    {
      text: "",
      blocks: [
        { type: "image", mimeType: "image/png" },
        { type: "resource_link", uri: "file:///a.txt", name: "a" },
        { type: "resource", resource: { uri: "file:///b", mimeType: "application/pdf" } },
        { type: "resource", resource: { uri: "file:///c", text: "c" } },
      ],
    },
  ],
])("the output is %s", async (_name, tool, expected) => {
  const { call } = await served({ tools: [{ name: "t", ...tool }] });
  expect(await call("s.t")).toEqual(expected);
});

test.each([
  [
    "another shape than declared",
    { outputSchema, result: { content: [], structuredContent: { n: "five" } } },
    "ICE_OUTPUT_INVALID",
    "`n` must be an integer",
  ],
  [
    "text in place of what is declared",
    { outputSchema, result: text("5") },
    "ICE_OUTPUT_INVALID",
    "returned no `structuredContent`",
  ],
  [
    "an error of the tool",
    { result: { ...text("no such row"), isError: true } },
    "ICE_TOOL_FAILED",
    'The tool "s.t" failed: no such row',
  ],
  [
    "an error of the protocol",
    { act: { error: { code: -32602, message: "no such city" } } },
    "ICE_TOOL_FAILED",
    "no such city",
  ],
  [
    "no result",
    { act: { result: { content: "all" } } },
    "ICE_MCP_UNAVAILABLE",
    "something other than the protocol allows",
  ],
  ["more than it may", { result: text("x".repeat(2000)) }, "ICE_MCP_LIMIT", "a result of more than 1000 bytes"],
])("%s is an error", async (_name, tool, code, message) => {
  const { call } = await served({ tools: [{ name: "t", ...tool }] }, { maxResultBytes: 1000 });
  await expect(call("s.t")).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test("a server is started by its first call, and once for concurrent calls", async () => {
  const { call, events, directory } = await served({ tools: [{ name: "pid", result: text("%pid%") }] });
  writeFileSync(
    join(directory, "script.json"),
    JSON.stringify({ tools: [{ name: "pid", result: text("%pid%") }], startup: { stderr: "started" } }),
  );
  const results = await Promise.all(Array.from({ length: 20 }, () => call("s.pid")));
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
  expect(events).toEqual([{ type: "mcp.connected", data: { server: "s" } }]);
});

test("a process sees PATH and the configured variables, and runs in its directory", async () => {
  const env = { PATH: process.env["PATH"], CANARY: "not-for-servers", TOKEN_OF_OWNER: "token-of-the-owner" };
  const server = { env: { GIVEN: "yes", TOKEN: "x secret://TOKEN_OF_OWNER" } };
  const { call } = await served({ tools: [{ name: "t", result: text("%env%") }] }, server, { env });
  const { text: shown } = (await call("s.t")) as { text: string };
  const { PATH: _, ...seen } = JSON.parse(shown) as Record<string, string>;
  expect(seen).toEqual({ GIVEN: "yes", TOKEN: "x [secret:TOKEN_OF_OWNER]" });
});

test("what a server repeats of its secrets is not pinned, and another value is no change", async () => {
  const tool = (value: string) => ({
    name: "t",
    description: `Asks https://x.example/?q=${encodeURIComponent(value)}.`,
    inputSchema: { type: "object", properties: { key: { type: "string", default: value } } },
  });
  const server = { env: { TOKEN: "secret://TOKEN" } };
  const path = process.env["PATH"];
  const [old, next] = ["the old / value", "the next / value"];
  const { directory } = await served({ tools: [tool(old)] }, server, { env: { PATH: path, TOKEN: old } });
  const pins = readFileSync(join(directory, "ice.mcp.json"), "utf8");
  expect(pins).toContain('"description": "Asks https://x.example/?q=[secret:TOKEN]."');
  expect(pins).toContain('"default": "[secret:TOKEN]"');
  writeFileSync(join(directory, "script.json"), JSON.stringify({ tools: [tool(next)] }));
  const servers = { s: scripted("script.json", server) };
  const { call } = await start({ directory, servers, env: { PATH: path, TOKEN: next } });
  expect(await call("s.t", {})).toMatchObject({ blocks: [] });
});

test("a secret without a value stops the connection", async () => {
  const directory = directoryWith({ "script.json": { tools: [] } });
  const servers = { s: scripted("script.json", { env: { TOKEN: "secret://NOWHERE" } }) };
  await expect(trustServers({ directory, servers, env: {} })).rejects.toMatchObject({ code: "ICE_SECRET_UNKNOWN" });
});

test.each([false, true])("over HTTP, with a secret in a header; answers as events: %s", async (sse) => {
  const directory = directoryWith({});
  const url = await serveScript(directory, { sse, tools: [{ name: "t", result: text("%headers%") }] });
  const options = {
    directory,
    env: { WEB_TOKEN: "token-of-the-web" },
    servers: { web: { url, headers: { authorization: "Bearer secret://WEB_TOKEN" } } },
  };
  await trustServers(options);
  const { call, close } = await start(options);
  const { text: shown } = (await call("web.t")) as { text: string };
  expect(JSON.parse(shown)).toMatchObject({ authorization: "Bearer [secret:WEB_TOKEN]" });
  expect(readFileSync(join(directory, "ice.mcp.json"), "utf8")).not.toContain("token-of-the-web");
  await close();
});
