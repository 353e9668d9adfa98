import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { echo, folderWith, ice } from "./fake-terminal.ts";
import { environment, main, modules, startProcess } from "./real-process.ts";

const config = `
  console.log("the configuration is read");
  const workflows = ${JSON.stringify([
    { name: "greet", description: "Says hello.", nodes: [echo("a", { hi: "{{ inputs.who }}" })] },
    { name: "gate", nodes: [{ id: "ask", type: "human", promptMessage: "Go on?", approvalType: "approval" }] },
    { name: "slow", nodes: [{ id: "s", type: "tool", toolName: "sleep", toolArgs: { ms: 300 } }] },
    { name: "endless", nodes: [{ id: "s", type: "tool", toolName: "sleep", toolArgs: { ms: 60_000 } }] },
  ])};
  export default { workflows, serve: { mcp: { tools: ["echo"] } } };`;

const lines = (...messages: readonly object[]): string =>
  messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
const initialize = {
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};
const call = (id: number, name: string, args: object = {}): object => ({
  id,
  method: "tools/call",
  params: { name, arguments: args },
});
const answersIn = (stdout: string): { id: number; result: Record<string, unknown> }[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as never);

test("requests are answered although standard input has ended, and stdout carries nothing else", async () => {
  const stdin = lines(initialize, call(1, "slow"), call(2, "greet", { who: "kim" }), call(3, "tool_echo", { x: 1 }));
  const { code, stdout } = await ice(["mcp"], { files: { "ice.config.mjs": config }, stdin });
  expect(code).toBe(0);
  const answers = new Map(answersIn(stdout).map(({ id, result }) => [id, result["structuredContent"]]));
  expect(answers.get(2)).toEqual({ a: { hi: "kim" } });
  expect(answers.get(3)).toEqual({ x: 1 });
  expect(answers.get(1)).toMatchObject({ s: expect.anything() as unknown });
});

test("runs are kept in the store, and those that wait are there for others", async () => {
  const stdin = lines(initialize, call(1, "gate"));
  const { cwd, stdout } = await ice(["mcp"], { files: { "ice.config.mjs": config }, stdin });
  expect(stdout).toContain("Go on?");
  const { runs } = (await ice(["runs", "list", "--json"], { cwd })).json as { runs: { runId: string }[] };
  expect(runs).toMatchObject([{ workflow: "gate", status: "suspended", createdBy: "mcp" }]);
  expect((await ice(["respond", runs[0]!.runId, "ask", "--approve"], { cwd })).code).toBe(0);
});

test("a client reaches the workflows and runs of one tenant", async () => {
  const stdin = lines(initialize, call(1, "gate"));
  const { cwd, stdout } = await ice(["mcp", "--tenant", "acme"], { files: { "ice.config.mjs": config }, stdin });
  expect(stdout).toContain("Go on?");
  expect((await ice(["runs", "list", "--json"], { cwd })).json).toEqual({ runs: [] });
  const again = await ice(["mcp", "--tenant", "No One"], { cwd, stdin });
  expect(again).toMatchObject({ code: 2, stdout: "" });
  expect(again.stderr).toContain("No One");
});

test("a line that is no message, and an unknown method, do no harm", async () => {
  const stdin = `nonsense\n{"a":1}\n${lines(initialize, { id: 1, method: "nothing" }, call(2, "greet"))}`;
  const { code, stdout } = await ice(["mcp"], { files: { "ice.config.mjs": config }, stdin });
  expect([
    code,
    answersIn(stdout)
      .map(({ id }) => id)
      .toSorted((a, b) => a - b),
  ]).toEqual([0, [0, 1, 2]]);
});

test("at a terminal the command says what it is for", async () => {
  const { code, stdout, stderr } = await ice(["mcp"], { stdinTTY: true });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("ice mcp list");
});

test("a client starts the command, follows progress, cancels and ends it", { timeout: 60_000 }, async () => {
  const cwd = folderWith({ "ice.config.mjs": config });
  symlinkSync(modules, join(cwd, "node_modules"));
  const client = new Client({ name: "test", version: "1" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ["--conditions=@ice/source", main, "mcp", "--quiet"],
    cwd,
    env: { ...environment } as Record<string, string>,
    stderr: "ignore",
  });
  onTestFinished(() => client.close());
  await client.connect(transport);
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual([
    "endless",
    "gate",
    "greet",
    "slow",
    "tool_echo",
  ]);
  const seen: unknown[] = [];
  const options = { onprogress: ({ message }: { message?: string | undefined }) => void seen.push(message) };
  const result = await client.callTool({ name: "greet", arguments: { who: "kim" } }, options);
  expect([result.structuredContent, seen]).toEqual([{ a: { hi: "kim" } }, ["a completed"]]);
  await expect(client.callTool({ name: "endless" }, { signal: AbortSignal.timeout(500) })).rejects.toThrow();
  await client.close();
  const { runs } = (await ice(["runs", "list", "--json"], { cwd })).json as { runs: object[] };
  expect(runs).toContainEqual(expect.objectContaining({ workflow: "endless", status: "cancelled" }));
});

test("SIGTERM leaves nothing behind that is lost", { timeout: 60_000 }, async () => {
  const { child, cwd, seen, ended } = startProcess(["mcp"], { files: { "ice.config.mjs": config } });
  child.stdin.write(lines(initialize, call(1, "gate")));
  await seen("stdout", /Go on/);
  child.kill("SIGTERM");
  expect(await ended).toEqual({ code: 0, signal: null });
  const { runs } = (await ice(["runs", "list", "--json"], { cwd })).json as { runs: object[] };
  expect(runs).toMatchObject([{ status: "suspended" }]);
});

test("no code is generated: a hardened process forbids it", { timeout: 60_000 }, async () => {
  const node = ["--disallow-code-generation-from-strings"];
  const { child, text, ended } = startProcess(["mcp"], { files: { "ice.config.mjs": config }, node });
  child.stdin.end(lines(initialize, { id: 1, method: "ping" }, call(2, "greet", { who: "kim" })));
  expect(await ended).toMatchObject({ code: 0 });
  expect(answersIn(text.stdout).find(({ id }) => id === 2)!.result).toMatchObject({
    structuredContent: { a: { hi: "kim" } },
  });
  expect(text.stdout).not.toContain("-32603");
});
