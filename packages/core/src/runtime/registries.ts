import type { AgentDefinition } from "../agents/define-agent.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import { createNamedRegistry, type NamedRegistry } from "../registry/named-registry.ts";
import type { AlertChannel } from "../services/alert-channel.ts";
import { checkJsonSchema } from "../json-schema/check-json-schema.ts";
import { isZodType } from "../json-schema/json-schema-of.ts";
import { isPlainObject } from "../json/json.ts";
import type { ToolDefinition } from "../tools/define-tool.ts";
import type { ToolSchema } from "../tools/tool-schema.ts";

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
    lacks: (tool) => lacksSchema(tool.args, "args") ?? lacksFunction(tool, "run") ?? lacksOutputSchema(tool),
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

const lacksOutputSchema = ({ output }: ToolDefinition): string | undefined =>
  output === undefined ? undefined : lacksSchema(output, "output");

const isZod = (value: unknown): boolean =>
  typeof value === "object" && value !== null && isZodType(value as ToolSchema);

/** Of a JSON Schema, the first thing that could not be enforced. */
function lacksSchema(schema: ToolSchema | undefined, name: string): string | undefined {
  if (isZod(schema)) return undefined;
  if (!isPlainObject(schema) || Object.values(schema).some(isZod))
    return `has no zod schema or JSON Schema \`${name}\``;
  const [issue] = checkJsonSchema(schema);
  return issue && `has a JSON Schema \`${[name, ...issue.keys].join(".")}\` that cannot be enforced: ${issue.message}`;
}
