import type { AgentDefinition } from "../agents/define-agent.ts";
import type { IceError } from "../errors/ice-error.ts";
import type { Listen } from "../events/event-bus.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import type { ExecutorOf } from "../nodes/node-executor.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { RegisteredBlueprint } from "../runtime/workflow-registry.ts";
import type { AlertChannel } from "../services/alert-channel.ts";
import type { ToolDefinition } from "../tools/define-tool.ts";

/** The version of the plugin API that this copy of core supports. */
export const pluginApiVersion = 1;

/** The argument of a plugin's `setup`. Everything it registers is tagged with the plugin's name. */
export interface PluginHost {
  registerNode<Definition extends NodeDefinition>(definition: Definition, execute: ExecutorOf<Definition>): void;
  registerTool(tool: ToolDefinition<never, never> | ToolDefinition): void;
  /** Says why tools of some names are not registered, for errors. @param explain - undefined for a name that it knows nothing of. */
  explainMissingTools(explain: (name: string) => IceError | undefined): void;
  registerAgent(agent: AgentDefinition): void;
  registerChannel(channel: AlertChannel): void;
  registerWorkflow(blueprint: RegisteredBlueprint): void;
  provide<T>(key: ServiceKey<T>, service: T): void;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
  /** Subscribes to one type of event, or to all with `"*"`, until the orchestrator closes. */
  readonly on: Listen<void>;
  /** Registers a function that runs when the orchestrator closes, in reverse order of registration. */
  onClose(close: () => void | Promise<void>): void;
}

/** A plugin with its options, as passed to `initializeOrchestrator({ plugins: […] })`. */
export interface Plugin {
  readonly name: string;
  readonly apiVersion: number;
  /** Keys of the services that it requires; checked before `setup`. */
  readonly needs: readonly ServiceKey<unknown>[];
  readonly setup: (host: PluginHost) => void | Promise<void>;
}

/** Options of `definePlugin`. */
export interface PluginDefinition<Options> {
  readonly name: string;
  readonly apiVersion: number;
  readonly needs?: readonly ServiceKey<unknown>[];
  readonly setup: (host: PluginHost, options: Options) => void | Promise<void>;
}

/** Creates a plugin from its options. A plugin without options is called without arguments. */
export type PluginFactory<Options> = undefined extends Options
  ? (options?: Options) => Plugin
  : (options: Options) => Plugin;

/** Defines a plugin. Call the result with the plugin's options to create a plugin. */
export function definePlugin<Options = void>(definition: PluginDefinition<Options>): PluginFactory<Options> {
  const { name, apiVersion, needs = [], setup } = definition;
  const factory = (options: Options): Plugin => ({
    name,
    apiVersion,
    needs,
    setup: (host) => setup(host, options),
  });
  return factory as PluginFactory<Options>;
}
