import { expect, test } from "vitest";
import { z } from "zod";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { createRuntime, type Runtime } from "../runtime/runtime.ts";
import { defineTool } from "../tools/define-tool.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";
import { analyzeNetwork } from "./analyze-network.ts";
import { fromRunDocument, toRunDocument } from "./run-document.ts";

const call = (workflowRef: string): object => ({ id: "call", type: "workflow", workflowRef });
const runtimeOf = (...workflows: readonly { name: string; nodes: readonly object[] }[]): Runtime => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  runtime.tools.register("echo", defineTool({ name: "echo", args: z.looseObject({}), run: () => null }) as never);
  for (const workflow of workflows) runtime.workflows.register(workflow);
  return runtime;
};

test("a workflow of a network keeps what it reaches, and nothing of its siblings", () => {
  const loop = { id: "each", type: "loop", itemsSource: "[1]", body: [call("leaf")] };
  const runtime = runtimeOf(
    { name: "parent", nodes: [call("child")] },
    { name: "child", nodes: [loop] },
    { name: "leaf", nodes: [call("leaf")] },
  );
  const workflows = ["parent", "child", "leaf"].map((ref, at) => ({ id: `w${at}`, ref }));
  const { analyzed } = analyzeNetwork({ name: "n", workflows }, { runtime });
  const keys = (name: string): string[] =>
    Object.keys(toRunDocument(analyzed!.workflows.get(`${name}@0.0.0`)!)["workflows"] as object);
  expect(keys("parent")).toEqual(["child@0.0.0", "leaf@0.0.0"]);
  expect(keys("child")).toEqual(["leaf@0.0.0"]);
  expect(keys("leaf")).toEqual(["leaf@0.0.0"]);
  expect(Object.keys(toRunDocument(analyzed!)["workflows"] as object)).toHaveLength(3);
});

test("a strict workflow that reads what its network adds can be read again from what its run keeps", () => {
  const nodes = [{ id: "a", type: "tool", toolName: "echo", toolArgs: { x: "{{ inputs.global.x }}" } }];
  const leaf = { name: "leaf", inputs: { type: "object", additionalProperties: false }, nodes };
  const runtime = runtimeOf(leaf);
  expect(analyzeBlueprint(leaf, { runtime }).issues).toMatchObject([{ code: "ICE_EXPRESSION_SCOPE" }]);
  const { analyzed, issues } = analyzeNetwork({ name: "n", workflows: [{ id: "a", ref: "leaf" }] }, { runtime });
  expect(issues).toEqual([]);
  const { kind, blueprint, context } = fromRunDocument(toRunDocument(analyzed!.workflows.get("leaf@0.0.0")!));
  expect(kind).toBeUndefined();
  expect(analyzeBlueprint(blueprint, { runtime, ...context }).issues).toEqual([]);
  expect(fromRunDocument(toRunDocument(analyzed!)).kind).toBe("network");
});
