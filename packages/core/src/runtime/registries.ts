import type { AgentDefinition } from "../agents/define-agent.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import { createNamedRegistry, type NamedRegistry } from "../registry/named-registry.ts";
import type { AlertChannel } from "../services/alert-channel.ts";
import type { ToolDefinition } from "../tools/define-tool.ts";

/** Registries of code: everything that a blueprint may use, except other workflows. */
export interface Registries {
  readonly nodes: NamedRegistry<NodeType>;
  readonly tools: NamedRegistry<ToolDefinition>;
  readonly agents: NamedRegistry<AgentDefinition>;
  /** Channels for alerts of monitors. */
  readonly channels: NamedRegistry<AlertChannel>;
}

/** @param isSealed - whether start-up has ended, so that nothing more may be registered. */
export function createRegistries(isSealed: () => boolean): Registries {
  const nodes = createNamedRegistry<NodeType>({
    noun: "node type",
    unknownCode: "ICE_NODE_TYPE_UNKNOWN",
    isSealed,
    lacks: (type) => lacksFunction(type, "execute"),
    make: "registerNode(defineNode({ type, description, config: z.object({ … }), output }), execute)",
  });
  const tools = createNamedRegistry<ToolDefinition>({
    noun: "tool",
    unknownCode: "ICE_TOOL_UNKNOWN",
    isSealed,
    lacks: (tool) => lacksSchema(tool, "args") ?? lacksFunction(tool, "run"),
    make: "defineTool({ name, args: z.object({ … }), run })",
  });
  const agents = createNamedRegistry<AgentDefinition>({
    noun: "agent",
    unknownCode: "ICE_AGENT_UNKNOWN",
    isSealed,
    lacks: (agent) => ("model" in agent ? undefined : lacksFunction(agent, "run")),
    make: "defineAgent({ name, run }) or defineAgent({ name, model, tools })",
  });
  const channels = createNamedRegistry<AlertChannel>({
    noun: "alert channel",
    unknownCode: "ICE_CHANNEL_UNKNOWN",
    isSealed,
    lacks: (channel) => lacksFunction(channel, "send"),
    make: "an object: { name, send(alert) { … } }",
  });
  return { nodes, tools, agents, channels };
}

const lacksFunction = <T extends object>(value: T, name: keyof T & string): string | undefined =>
  typeof value[name] === "function" ? undefined : `has no function \`${name}\``;

const lacksSchema = <T extends object>(value: T, name: keyof T & string): string | undefined =>
  typeof (value[name] as { readonly safeParse?: unknown } | undefined)?.safeParse === "function"
    ? undefined
    : `has no zod schema \`${name}\``;
