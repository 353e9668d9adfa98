import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { IceError, type Json, type JsonObject, type Plugin, type PluginHost, type ToolDefinition } from "@ice/core";
import { checkValue, normalizeJson, processTimeSlice } from "@ice/core/internal";
import { createSecretService } from "@ice/host";
import { onTestFinished } from "vitest";
import { mcp, trustServers, type McpPluginOptions, type McpServerOptions } from "../src/index.ts";

const program = join(import.meta.dirname, "scripted-server.mjs");

/** A directory that is removed after the test. */
export function directoryWith(files: Readonly<Record<string, unknown>>): string {
  const directory = mkdtempSync(join(tmpdir(), "ice-mcp-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(content));
  return directory;
}

/** A server over stdio with a script in its directory. */
export const scripted = (script = "script.json", more: McpServerOptions = {}): McpServerOptions => ({
  command: process.execPath,
  args: [program, script],
  ...more,
});

/** Starts a scripted server over HTTP. Returns its address. */
export async function serveScript(directory: string, script: object): Promise<string> {
  writeFileSync(join(directory, "http.json"), JSON.stringify(script));
  const child = spawn(process.execPath, [program, join(directory, "http.json"), "--http"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the server has not started");
}

export interface Started {
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  readonly events: { readonly type: string; readonly data: unknown }[];
  /** Calls a tool as the engine does. */
  call(name: string, args?: JsonObject, options?: { readonly signal?: AbortSignal }): Promise<Json>;
  whyMissing(name: string): unknown;
  close(): Promise<void>;
}

/** Sets the plugin up, without trusting anything. @param wrap - what is set up in its place. */
export async function start(
  options: McpPluginOptions,
  wrap: (plugin: Plugin) => Plugin = (plugin) => plugin,
): Promise<Started> {
  const tools = new Map<string, ToolDefinition>();
  const closers: (() => void | Promise<void>)[] = [];
  const explanations: ((name: string) => unknown)[] = [];
  const events: { type: string; data: unknown }[] = [];
  const secrets = createSecretService(options.env === undefined ? {} : { env: options.env });
  await wrap(mcp(options)).setup({
    registerTool: (tool: ToolDefinition) => void tools.set(tool.name, tool),
    explainMissingTools: (explain) => void explanations.push(explain),
    use: () => secrets,
    onClose: (close) => void closers.push(close),
  } as Partial<PluginHost> as PluginHost);
  const close = async (): Promise<void> => void (await Promise.all(closers.splice(0).map((one) => one())));
  onTestFinished(close);
  return {
    tools,
    events,
    close,
    whyMissing: (name) => explanations.map((explain) => explain(name)).find((reason) => reason !== undefined),
    async call(name, args = {}, { signal = new AbortController().signal } = {}) {
      const tool = tools.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      const given = await checkValue(tool.args, args, processTimeSlice());
      if (!given.ok) throw new IceError("ICE_TOOL_ARGS", given.problems[0]!.message);
      const emit = (type: string, data: unknown) => void events.push({ type, data });
      const output = await tool.run(given.value, { signal, emit } as never);
      const result = await checkValue(tool.output!, normalizeJson(output), processTimeSlice());
      if (!result.ok) throw new IceError("ICE_OUTPUT_INVALID", result.problems[0]!.message);
      return JSON.parse(secrets.scrub(JSON.stringify(result.value))) as Json;
    },
  };
}

/** A server "s" with a script, trusted and set up. */
export async function served(
  script: object,
  server: McpServerOptions = {},
  more: McpPluginOptions = {},
): Promise<Started & { directory: string }> {
  const directory = directoryWith({ "script.json": script });
  const options = { directory, servers: { s: scripted("script.json", server) }, ...more };
  await trustServers(options);
  return { ...(await start(options)), directory };
}

/** The number of calls that the scripted server of a directory has received. */
export function callsOf(directory: string): number {
  const file = join(directory, "script.json.count");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
}

export const text = (value: string) => ({ content: [{ type: "text", text: value }] });
