import {
  createRuntime,
  defineNode,
  definePlugin,
  defineTool,
  registerNode,
  serviceKey,
  ToolExecutionService,
} from "@ice/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { initializeOrchestrator, Workflow } from "../src/index.ts";
import { named } from "./named-plugin.ts";
import { echo, runNodes } from "./run-nodes.ts";

const greeting = serviceKey<{ greet(name: string): string }>("greeting");
const greet = defineNode({
  type: "greet",
  config: z.object({ name: z.string(), times: z.number().default(1) }),
  output: z.object({ text: z.string() }),
  sideEffects: "none",
});

test("a plugin provides node types, tools, agents, workflows, services and listeners, all tagged with its name", async () => {
  const closed: string[] = [];
  const seen: string[] = [];
  const plugin = definePlugin<{ word: string }>({
    name: "@shop/greet",
    apiVersion: 1,
    needs: [ToolExecutionService],
    setup(host, { word }) {
      host.provide(greeting, { greet: (name) => `${word} ${name}` });
      host.registerNode(greet, ({ config, use }) => ({
        text: Array(config.times).fill(use(greeting).greet(config.name)).join(" "),
      }));
      host.registerTool(
        defineTool({ name: "shout", args: z.object({ text: z.string() }), run: ({ text }) => text.toUpperCase() }),
      );
      host.registerAgent({ name: "acme", description: "", tools: [], run: () => 1 });
      host.registerWorkflow({ name: "acme-flow", nodes: [echo("x")] } as never);
      host.on("node.completed", ({ path }) => seen.push(path!));
      host.onClose(() => void closed.push("greet"));
      expect(host.use(ToolExecutionService).list().length).toBeGreaterThan(2);
    },
  });
  const runtime = createRuntime();
  const { close } = await initializeOrchestrator({ runtime, plugins: [plugin({ word: "Hi" })] });
  const workflow = new Workflow(
    [
      { id: "a", type: "greet", name: "{{ inputs.who }}", times: "{{ 1 + 1 }}" } as never,
      { id: "b", type: "tool", toolName: "shout", toolArgs: { text: "{{ a.text }}" } },
      { id: "c", type: "workflow", workflowRef: "acme-flow" },
    ],
    { name: "w", runtime },
  );
  const { output } = await workflow.execute({ who: "Ann" });
  expect(output).toMatchObject({ a: { text: "Hi Ann Hi Ann" }, b: "HI ANN HI ANN" });
  expect(runtime.describe().nodes.at(-1)).toEqual({ name: "greet", by: "@shop/greet" });
  expect(seen).toContain("a");
  await close();
  expect([closed, runtime.events.active]).toEqual([["greet"], false]);
});

test("a registered type checks evaluated fields and its output", async () => {
  const before = {
    before: (runtime: ReturnType<typeof createRuntime>) =>
      registerNode(greet, ({ config }) => (config.name === "bad" ? ({ words: 1 } as never) : { text: config.name }), {
        runtime,
      }),
  };
  const { nodes } = await runNodes(
    [
      { id: "a", type: "greet", name: "x", times: "{{ 'many' }}" } as never,
      { id: "b", type: "greet", name: "bad" } as never,
      { id: "c", type: "greet", name: "ok" } as never,
    ],
    { before },
  );
  expect(nodes["a"]!.error).toMatchObject({
    code: "ICE_INPUT_INVALID",
    message: expect.stringContaining('`times` must be a number, but is the string "many"'),
  });
  expect(nodes["b"]!.error).toMatchObject({
    code: "ICE_OUTPUT_INVALID",
    message: expect.stringContaining("output schema: missing field `text`."),
  });
  expect(nodes["c"]!.output).toEqual({ text: "ok" });
});

test.each([
  ["ICE_PLUGIN_INVALID", [(() => {}) as never]],
  ["ICE_PLUGIN_INVALID", [{ name: "x" } as never]],
  ["ICE_PLUGIN_API_VERSION", [named("a", () => {}, { apiVersion: 9 })]],
  ["ICE_PLUGIN_DUPLICATE", [named("a"), named("a")]],
  ["ICE_PLUGIN_SETUP", [named("a", () => Promise.reject(new Error("no key")))]],
  ["ICE_PLUGIN_SETUP", [named("a", () => {}, { needs: [greeting] })]],
  ["ICE_PLUGIN_SETUP", [named("hangs", () => new Promise(() => {}))]],
])("%s names the plugin, and everything that was set up is closed again", async (code, plugins) => {
  const closed: string[] = [];
  const first = {
    ...named("first"),
    setup: (host: { onClose(close: () => void): void }) => host.onClose(() => void closed.push("first")),
  } as never;
  await expect(
    initializeOrchestrator({ runtime: createRuntime(), plugins: [first, ...plugins], pluginTimeoutMs: 20 }),
  ).rejects.toMatchObject({ code, fix: expect.any(String) });
  expect(closed).toEqual(["first"]);
});

test("a tool with an invalid name, and a duplicate tool, are refused", async () => {
  const tool = (name: string) => defineTool({ name, args: z.object({}), run: () => 1 }) as never;
  await expect(initializeOrchestrator({ runtime: createRuntime(), tools: [tool("no spaces")] })).rejects.toMatchObject({
    code: "ICE_PLUGIN_INVALID",
  });
  await expect(initializeOrchestrator({ runtime: createRuntime(), tools: [tool("echo")] })).rejects.toMatchObject({
    code: "ICE_PLUGIN_DUPLICATE",
  });
});
