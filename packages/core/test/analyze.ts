import { expect } from "vitest";
import { z } from "zod";
import { analyzeBlueprint } from "../src/analysis/analyze-blueprint.ts";
import { builtinNodes } from "../src/nodes/builtin-nodes.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import { defineTool } from "../src/tools/define-tool.ts";

/** A runtime with every built-in node type, two tools and an agent. */
export const runtimeOf = (more: (runtime: Runtime) => void = () => {}): Runtime => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  const tools = [
    defineTool({ name: "echo", args: z.record(z.string(), z.unknown()), run: (args) => args as never }),
    defineTool({
      name: "sum",
      args: z.strictObject({ a: z.number(), b: z.number().default(1) }),
      output: z.object({ total: z.number() }),
      run: () => ({ total: 0 }),
    }),
  ];
  for (const tool of tools) runtime.tools.register(tool.name, tool as never);
  runtime.agents.register("writer", { name: "writer", description: "", tools: [], run: () => "" });
  more(runtime);
  return runtime;
};
export const echo = (id: string, toolArgs: object = {}, more: object = {}) => ({
  id,
  type: "tool",
  toolName: "echo",
  toolArgs,
  ...more,
});
export const after = (...dependencies: string[]) => ({ dependencies });
export const issuesOf = (
  nodes: unknown,
  { runtime = runtimeOf(), ...rest }: { runtime?: Runtime; [field: string]: unknown } = {},
) => analyzeBlueprint({ name: "w", nodes, ...rest }, { runtime }).issues;
/** Of a blueprint without issues: the dependencies of each node at its top level. */
export const dependenciesOf = (nodes: unknown[], more: object = {}): Record<string, string[]> => {
  const { analyzed, issues } = analyzeBlueprint({ name: "w", nodes, ...more }, { runtime: runtimeOf() });
  expect(issues).toEqual([]);
  const list = analyzed!.nodes.nodes;
  return Object.fromEntries(
    list.map(({ node, dependencies }) => [node.id, dependencies.map((at) => list[at]!.node.id)]),
  );
};
