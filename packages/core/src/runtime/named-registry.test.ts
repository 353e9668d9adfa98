import { expect, test } from "vitest";
import { z } from "zod";
import { createRuntime } from "./runtime.ts";
import { defineTool } from "../tools/define-tool.ts";

const tool = defineTool({ name: "shout", args: z.object({}), run: () => 1 });
const { tools, agents, channels, nodes } = createRuntime();

test.each<[string, () => void, string, string]>([
  [
    "a tool without its name",
    () => tools.register(tool as never, undefined as never),
    "A tool of application is registered without its name.",
    "give the name first, as in register(it.name, it), and make it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "nothing",
    () => tools.register("shout", undefined as never),
    'The tool "shout" of application is no object.',
    "make it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "a tool with args that are no schema",
    () => tools.register("shout", { ...tool, args: { text: z.string() } } as never),
    'The tool "shout" of application has no zod schema `args`.',
    "make it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "a tool without run",
    () => tools.register("shout", { ...tool, run: undefined } as never),
    'The tool "shout" of application has no function `run`.',
    "make it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "an agent without its name",
    () => agents.register("", { run: () => "" } as never, "plugin"),
    "An agent of plugin is registered without its name.",
    "give the name first, as in register(it.name, it), and make it with defineAgent({ name, run }) or defineAgent({ name, model, tools })",
  ],
  [
    "a channel without send",
    () => channels.register("ops", {} as never),
    'The alert channel "ops" of application has no function `send`.',
    "make it with an object: { name, send(alert) { … } }",
  ],
  [
    "a node type without an executor",
    () => nodes.register("mine", {} as never),
    'The node type "mine" of application has no function `execute`.',
    "make it with registerNode(defineNode({ type, description, config: z.object({ … }), output }), execute)",
  ],
])("%s is refused, and what is missing is said", (_name, register, message, fix) => {
  expect(register).toThrowError(expect.objectContaining({ code: "ICE_PLUGIN_INVALID", message, fix }));
});

test("a tool is registered by its name", () => {
  tools.register(tool.name, tool as never);
  expect(tools.get("shout")).toBe(tool);
});
