import { expect, test } from "vitest";
import { z } from "zod";
import { IceError } from "../errors/ice-error.ts";
import { createRuntime } from "./runtime.ts";
import { defineTool } from "../tools/define-tool.ts";

const tool = defineTool({ name: "shout", args: z.object({}), run: () => 1 });
const { tools, agents, channels, nodes } = createRuntime();

test.each<[string, () => void, string, string]>([
  [
    "a tool without its name",
    () => tools.register(tool as never, undefined as never),
    "A tool of application is registered without its name.",
    "pass the name first, as in register(it.name, it), and create it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "nothing",
    () => tools.register("shout", undefined as never),
    'The tool "shout" of application is not an object.',
    "create it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "a tool with args that are no schema",
    () => tools.register("shout", { ...tool, args: { text: z.string() } } as never),
    'The tool "shout" of application has no zod schema or JSON Schema `args`.',
    "create it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "a tool with a JSON Schema that is not enforced",
    () => tools.register("shout", { ...tool, args: { type: "object", properties: { a: { multipleOf: 2 } } } } as never),
    'The tool "shout" of application has a JSON Schema `args.properties.a.multipleOf` that cannot be enforced: `multipleOf` is not enforced.',
    "create it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "a tool with an output that is no schema",
    () => tools.register("shout", { ...tool, output: [] } as never),
    'The tool "shout" of application has no zod schema or JSON Schema `output`.',
    "create it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "a tool without run",
    () => tools.register("shout", { ...tool, run: undefined } as never),
    'The tool "shout" of application has no function `run`.',
    "create it with defineTool({ name, args: z.object({ … }), run })",
  ],
  [
    "an agent without its name",
    () => agents.register("", { run: () => "" } as never, "plugin"),
    "An agent of plugin is registered without its name.",
    "pass the name first, as in register(it.name, it), and create it with defineAgent({ name, run }) or defineAgent({ name, model, tools })",
  ],
  [
    "a channel without send",
    () => channels.register("ops", {} as never),
    'The alert channel "ops" of application has no function `send`.',
    "create it with an object: { name, send(alert) { … } }",
  ],
  [
    "a node type without an executor",
    () => nodes.register("mine", {} as never),
    'The node type "mine" of application has no function `execute`.',
    "create it with registerNode(defineNode({ type, description, config: z.object({ … }), output }), execute)",
  ],
])("%s is refused, with a message that says what is missing", (_name, register, message, fix) => {
  expect(register).toThrowError(expect.objectContaining({ code: "ICE_PLUGIN_INVALID", message, fix }));
});

test("a name may be missing for a known reason", () => {
  const { tools: own } = createRuntime();
  const forget = own.checkpoint();
  own.explainMissing((name) => (name === "far.away" ? new IceError("FAR", "It is far away.") : undefined));
  expect(() => own.require("far.away")).toThrowError(expect.objectContaining({ code: "FAR" }));
  expect(() => own.require("far.off")).toThrowError(expect.objectContaining({ code: "ICE_TOOL_UNKNOWN" }));
  forget();
  expect(own.whyMissing("far.away")).toBeUndefined();
});

test("a tool is registered by its name", () => {
  tools.register(tool.name, tool as never);
  expect(tools.get("shout")).toBe(tool);
});
