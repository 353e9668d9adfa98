import { expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { createRuntime } from "../runtime/runtime.ts";
import { registerNode } from "../runtime/register-node.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { LanguageModelService, type ModelDescription } from "../services/language-model-service.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";

type Chain = readonly [ModelDescription, ...ModelDescription[]];

/** Issues of an llm node and an agent on one model. */
function issuesOf(describe: (name: string) => Chain, { model = "p/m", settings = {} } = {}) {
  const runtime = createRuntime();
  for (const type of ["llm", "agent"] as const) registerNode(builtinNodes[type], () => null, { runtime });
  runtime.provide(LanguageModelService, { describe, generate: never, list: never });
  const nodes = [
    { id: "a", type: "llm", model, prompt: "?" },
    { id: "b", type: "agent", model, input: "?" },
  ];
  return analyzeBlueprint({ schemaVersion: "ice/v1", name: "w", nodes, settings }, { runtime }).issues;
}
const never = (): never => {
  throw new Error("no model is asked at validation");
};

test("an unknown provider is reported at every node that uses it", () => {
  const unknown = (): never => {
    throw new IceError("ICE_MODEL_UNKNOWN", 'There is no provider "opnai".', { fix: 'did you mean "openai"?' });
  };
  expect(issuesOf(unknown)).toEqual([
    {
      code: "ICE_MODEL_UNKNOWN",
      severity: "error",
      path: "/nodes/0/model",
      nodeId: "a",
      message: 'there is no provider "opnai"',
      fix: 'did you mean "openai"?',
    },
    expect.objectContaining({ code: "ICE_MODEL_UNKNOWN", path: "/nodes/1/model", nodeId: "b" }),
  ]);
  expect(issuesOf(unknown, { model: "p/{{ inputs.m }}" })).toEqual([]);
});

test("a missing key is a warning, unless another model of the chain is ready", () => {
  const missing = { message: "The provider p has no key.", fix: "set P_KEY" };
  expect(issuesOf(() => [{ model: "p/m", missing }])).toMatchObject([
    { code: "ICE_MODEL_KEY_MISSING", severity: "warning", message: "the provider p has no key", fix: "set P_KEY" },
    { nodeId: "b" },
  ]);
  expect(issuesOf(() => [{ model: "p/m", missing }, { model: "q/m" }])).toEqual([]);
});

test("a cost budget needs the price of every model of a chain", () => {
  const chain: Chain = [{ model: "p/m", cost: () => 1 }, { model: "q/m" }];
  const settings = { budget: { costUsd: 1 } };
  expect(issuesOf(() => chain, { settings })).toMatchObject([
    { code: "ICE_PRICE_UNKNOWN", severity: "error", message: expect.stringContaining('"q/m"') as string },
    { code: "ICE_PRICE_UNKNOWN" },
  ]);
  expect(issuesOf(() => [chain[0]], { settings })).toEqual([]);
  expect(issuesOf(() => chain)).toEqual([]);
});
