import type { AgentDefinition } from "../agents/define-agent.ts";
import { IceError } from "../errors/ice-error.ts";
import { createEventBus, type EventBus } from "../events/event-bus.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import { afterStartUp, createNamedRegistry, type NamedRegistry } from "../registry/named-registry.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { AlertChannel } from "../services/alert-channel.ts";
import type { ToolDefinition } from "../tools/define-tool.ts";
import { createWorkflowRegistry, type WorkflowRegistry } from "./workflow-registry.ts";

/** What is registered where: services by typed key, data names in registries. The orchestrator fills it at start-up. */
export interface Runtime {
  readonly nodes: NamedRegistry<NodeType>;
  readonly tools: NamedRegistry<ToolDefinition>;
  readonly agents: NamedRegistry<AgentDefinition>;
  /** Where alerts of monitors go. */
  readonly channels: NamedRegistry<AlertChannel>;
  /** Workflows that others call by name; data, so it stays open after start-up. */
  readonly workflows: WorkflowRegistry;
  readonly events: EventBus;
  /** @throws IceError `ICE_SERVICE_DUPLICATE`, `ICE_RUNTIME_SEALED`. */
  provide<T>(key: ServiceKey<T>, service: T, options?: { readonly by?: string }): void;
  /** @throws IceError `ICE_SERVICE_MISSING`, with what to do. */
  use<T>(key: ServiceKey<T>): T;
  /** The service, or undefined when it is absent. */
  tryUse<T>(key: ServiceKey<T>): T | undefined;
  /** What is here and who registered it. */
  describe(): RuntimeDescription;
  /** Ends registration of code: services, node types, tools, agents. Calling it twice is harmless. */
  seal(): void;
  readonly sealed: boolean;
  /** Remembers what is registered. The function that it returns forgets what came after that: a start-up that failed. */
  checkpoint(): () => void;
}

/** Each list: names with who registered them, in order of registration. */
export interface RuntimeDescription {
  readonly services: readonly RegisteredName[];
  readonly nodes: readonly RegisteredName[];
  readonly tools: readonly RegisteredName[];
  readonly agents: readonly RegisteredName[];
  readonly channels: readonly RegisteredName[];
  readonly workflows: readonly string[];
  readonly sealed: boolean;
}

/** A registered name, and which plugin or package registered it. */
export interface RegisteredName {
  readonly name: string;
  readonly by: string;
}

/** A runtime of its own: for tests, and for several engines in one process. */
export function createRuntime({ events = createEventBus() }: { events?: EventBus } = {}): Runtime {
  const services = new Map<string, { readonly service: unknown; readonly by: string }>();
  let sealed = false;
  const isSealed = (): boolean => sealed;
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
    lacks: (agent) => lacksFunction(agent, "run"),
    make: "defineAgent({ name, run })",
  });
  const channels = createNamedRegistry<AlertChannel>({
    noun: "alert channel",
    unknownCode: "ICE_CHANNEL_UNKNOWN",
    isSealed,
    lacks: (channel) => lacksFunction(channel, "send"),
    make: "an object: { name, send(alert) { … } }",
  });
  const workflows = createWorkflowRegistry();
  const named = (registry: NamedRegistry<unknown>): RegisteredName[] =>
    registry.names().map((name) => ({ name, by: registry.registeredBy(name) ?? "" }));
  return {
    nodes,
    tools,
    agents,
    channels,
    workflows,
    events,
    provide(key, service, { by = "application" } = {}) {
      if (sealed) throw afterStartUp("service", key.name);
      const present = services.get(key.name);
      if (present !== undefined)
        throw new IceError(
          "ICE_SERVICE_DUPLICATE",
          `The service "${key.name}" is provided already, by ${present.by}.`,
          {
            fix: "remove one of the two, or use a runtime of its own (createRuntime())",
          },
        );
      services.set(key.name, { service, by });
    },
    use<T>(key: ServiceKey<T>): T {
      const entry = services.get(key.name);
      if (entry === undefined)
        throw new IceError("ICE_SERVICE_MISSING", `The service "${key.name}" is not in this runtime.`, {
          fix: "call initializeOrchestrator() first, with the plugin that provides it",
          details: { service: key.name },
        });
      return entry.service as T;
    },
    tryUse: <T>(key: ServiceKey<T>) => services.get(key.name)?.service as T | undefined,
    describe: () => ({
      services: [...services].map(([name, { by }]) => ({ name, by })),
      nodes: named(nodes),
      tools: named(tools),
      agents: named(agents),
      channels: named(channels),
      workflows: workflows.names(),
      sealed,
    }),
    seal() {
      sealed = true;
    },
    get sealed() {
      return sealed;
    },
    checkpoint() {
      const before = new Set(services.keys());
      const back = [nodes, tools, agents, channels, workflows].map((registry) => registry.checkpoint());
      return () => {
        for (const name of services.keys()) if (!before.has(name)) services.delete(name);
        for (const forget of back) forget();
      };
    },
  };
}

const processKey = Symbol.for("ice.runtime/1");

/** The runtime of this process, made at the first call. Two installed copies of `@ice/core` share it. */
export function defaultRuntime(): Runtime {
  const holder = globalThis as { [processKey]?: Runtime };
  return (holder[processKey] ??= createRuntime());
}

const lacksFunction = <T extends object>(value: T, name: keyof T & string): string | undefined =>
  typeof value[name] === "function" ? undefined : `has no function \`${name}\``;

const lacksSchema = <T extends object>(value: T, name: keyof T & string): string | undefined =>
  typeof (value[name] as { readonly safeParse?: unknown } | undefined)?.safeParse === "function"
    ? undefined
    : `has no zod schema \`${name}\``;
