import { expect, test } from "vitest";
import { IceError } from "../errors/ice-error.ts";
import { defineAgent, type AgentInput } from "../agents/define-agent.ts";
import { builtinNodes } from "../nodes/builtin-nodes.ts";
import { registerNode } from "../runtime/register-node.ts";
import { createRuntime } from "../runtime/runtime.ts";
import { LanguageModelService } from "../services/language-model-service.ts";
import { analyzeBlueprint } from "./analyze-blueprint.ts";

/** Issues of a blueprint with these agents; only models of `p` exist. */
function issuesOf(nodes: readonly object[], agents: readonly AgentInput[], { models = true } = {}) {
  const runtime = createRuntime();
  for (const type of ["agent", "swarm", "recursive"] as const)
    registerNode(builtinNodes[type], () => null, { runtime });
  for (const agent of agents) runtime.agents.register(agent.name, defineAgent(agent));
  const describe = (name: string): readonly [{ model: string }] => {
    if (name.startsWith("p/")) return [{ model: name }];
    throw new IceError("ICE_MODEL_UNKNOWN", `There is no model "${name}".`, { fix: "use p/m" });
  };
  if (models) runtime.provide(LanguageModelService, { describe, generate: never, list: never });
  return analyzeBlueprint({ schemaVersion: "ice/v1", name: "w", nodes }, { runtime }).issues;
}
const never = (): never => {
  throw new Error("no model is asked at validation");
};
const swarmOf = (overrides: object) => ({
  id: "s",
  type: "swarm",
  task: "name the cat",
  coordinationStrategy: "consensus",
  agents: [
    { package: "poet", role: "a" },
    { package: "poet", role: "b", configOverrides: overrides },
  ],
});
const poet = { name: "poet", model: "p/m" };

test("a member on a model takes other values for four fields", () => {
  const whole = { model: "p/large", system: "Rhyme.", temperature: 0.2, maxTokens: 50 };
  expect(issuesOf([swarmOf(whole)], [poet])).toEqual([]);
  expect(issuesOf([swarmOf({ tools: ["echo"], temperatur: 1 })], [poet])).toEqual([
    {
      code: "ICE_BLUEPRINT_SCHEMA",
      severity: "error",
      path: "/nodes/0/agents/1/configOverrides/tools",
      nodeId: "s",
      message: 'agent "poet" is on a model: unknown field `tools`',
      fix: "remove it, or use one of model, system, temperature, maxTokens",
    },
    expect.objectContaining({
      path: "/nodes/0/agents/1/configOverrides/temperatur",
      fix: 'did you mean "temperature"?',
    }),
  ]);
  expect(issuesOf([swarmOf({ temperature: 3 })], [poet])).toMatchObject([
    { code: "ICE_BLUEPRINT_SCHEMA", path: "/nodes/0/agents/1/configOverrides/temperature" },
  ]);
  expect(issuesOf([swarmOf({ anything: 1 })], [{ name: "poet", run: () => 1 }])).toEqual([]);
});

test("models and tools that a registered agent names are looked up where it is named", () => {
  const nodes = [
    { id: "a", type: "agent", package: "poet" },
    { id: "r", type: "recursive", agentPackage: "poet", convergenceCondition: "true" },
    swarmOf({ model: "q/other" }),
  ];
  const lost = { ...poet, model: "q/m", tools: ["nothing"] };
  expect(issuesOf(nodes, [lost]).map(({ code, path }) => [code, path])).toEqual([
    ["ICE_TOOL_UNKNOWN", "/nodes/0/package"],
    ["ICE_MODEL_UNKNOWN", "/nodes/0/package"],
    ["ICE_TOOL_UNKNOWN", "/nodes/1/agentPackage"],
    ["ICE_MODEL_UNKNOWN", "/nodes/1/agentPackage"],
    ["ICE_TOOL_UNKNOWN", "/nodes/2/agents/0/package"],
    ["ICE_TOOL_UNKNOWN", "/nodes/2/agents/1/package"],
    ["ICE_MODEL_UNKNOWN", "/nodes/2/agents/0/package"],
    ["ICE_MODEL_UNKNOWN", "/nodes/2/agents/1/configOverrides/model"],
  ]);
  expect(issuesOf(nodes.slice(0, 1), [poet], { models: false })).toMatchObject([
    { code: "ICE_SERVICE_MISSING", path: "/nodes/0/package" },
  ]);
});

test("an agent that is not registered: the fix says where agents are registered, and which there are", () => {
  const fixOf = (name: string, agents: readonly AgentInput[]) =>
    issuesOf([{ id: "a", type: "agent", package: name }], agents)[0]!.fix;
  const where = "register it: in `agents` of the configuration or of initializeOrchestrator(), or with a plugin";
  expect(fixOf("critic", [])).toBe(where);
  expect(fixOf("critic", [poet])).toBe(`${where} (known: poet)`);
  expect(fixOf("poat", [poet])).toBe('did you mean "poet"?');
});

test.each<[string, object, string]>([
  ["agent", { model: "p/m", prompt: "hello" }, "input"],
  ["agent", { model: "p/m", instructions: "Be kind." }, "system"],
  ["agent", { model: "p/m", maxSteps: 3 }, "maxIterations"],
  ["swarm", { ...swarmOf({}), task: undefined, goal: "name it" }, "task"],
  ["swarm", { ...swarmOf({}), agents: [{ name: "poet", role: "a" }, swarmOf({}).agents[1]] }, "package"],
])("%s: a name from the interface of a model is understood: %j", (type, fields, meant) => {
  const written = JSON.parse(JSON.stringify({ id: "a", ...fields, type })) as object;
  expect(issuesOf([written], [poet])).toMatchObject([{ fix: `did you mean "${meant}"?` }]);
});
