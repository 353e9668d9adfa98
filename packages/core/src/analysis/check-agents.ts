import { memberOverridesSchema } from "../agents/model-agent-schema.ts";
import type { ModelAgent } from "../agents/define-agent.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { JsonObject } from "../json/json.ts";
import type { NodeUses } from "../nodes/define-node.ts";
import { LanguageModelService } from "../services/language-model-service.ts";
import type { DraftContext } from "./draft-context.ts";
import type { DraftNode } from "./draft-node.ts";
import { problemsOf } from "./schema-issues.ts";

type NamedAgent = NonNullable<NodeUses["agents"]>[number];
type UsesOfAgents = { readonly [Name in "models" | "tools" | "services"]: NonNullable<NodeUses[Name]> };

/** Looks up the agents that a node names. Returns what those on models name themselves. */
export function checkAgents(
  agents: readonly NamedAgent[],
  { node, pointer }: Pick<DraftNode, "node" | "pointer">,
  { analysis, issues }: DraftContext,
): UsesOfAgents {
  const { runtime } = analysis.context;
  const named = agents.map((use): Partial<NodeUses> => {
    const { name, keys, overrides } = use;
    const agent = runtime.agents.get(name);
    if (agent === undefined) {
      issues.at(pointer, keys, {
        code: "ICE_AGENT_UNKNOWN",
        nodeId: node.id,
        message: `there is no agent "${shorten(name)}"`,
        fix: () => didYouMean(name, runtime.agents.names()) || registering(runtime.agents.names()),
      });
      return {};
    }
    if (!("model" in agent)) return {};
    for (const { keys: at, message, fix } of overrides === undefined ? [] : problemsOfOverrides(overrides.value))
      issues.at(pointer, [...overrides!.keys, ...at], {
        code: "ICE_BLUEPRINT_SCHEMA",
        nodeId: node.id,
        message: `agent "${shorten(name)}" is on a model: ${message}`,
        fix,
      });
    return usesOf(agent, use);
  });
  return {
    models: named.flatMap(({ models = [] }) => models),
    tools: named.flatMap(({ tools = [] }) => tools),
    services: named.flatMap(({ services = [] }) => services),
  };
}

/** How an agent becomes known, and those that are. */
const registering = (names: readonly string[]): string =>
  `register it: in \`agents\` of the configuration or of initializeOrchestrator(), or with a plugin${names.length === 0 ? "" : ` (known: ${listNames(names)})`}`;

function problemsOfOverrides(value: JsonObject) {
  const { error } = memberOverridesSchema.safeParse(value);
  return error === undefined ? [] : problemsOf(error, memberOverridesSchema, value);
}

function usesOf({ model, tools }: ModelAgent, { keys, overrides }: NamedAgent): Partial<NodeUses> {
  const other = overrides?.value["model"];
  const name = typeof other === "string" ? other : model;
  return {
    models: [{ name, keys: name === model ? keys : [...overrides!.keys, "model"] }],
    tools: tools.map((tool) => ({ name: tool, keys })),
    services: [{ service: LanguageModelService, keys }],
  };
}
