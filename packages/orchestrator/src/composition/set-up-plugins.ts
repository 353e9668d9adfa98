import {
  IceError,
  messageOf,
  pluginApiVersion,
  registerNode,
  type Clock,
  type EventListener,
  type Plugin,
  type PluginHost,
  type Runtime,
} from "@ice/core";
import { toolNamePattern } from "@ice/core/internal";
import type { Teardown } from "./teardown.ts";

/** Sets up plugins in order, each within a time limit. An error names the plugin. */
export async function setUpPlugins(
  plugins: readonly Plugin[],
  {
    runtime,
    clock,
    teardown,
    timeoutMs,
  }: { readonly runtime: Runtime; readonly clock: Clock; readonly teardown: Teardown; readonly timeoutMs: number },
): Promise<void> {
  const names = new Set<string>();
  for (const plugin of plugins) {
    checkPlugin(plugin, names, runtime);
    names.add(plugin.name);
    try {
      await within(timeoutMs, clock, plugin.setup(hostFor(plugin.name, runtime, teardown)));
    } catch (cause) {
      if (IceError.is(cause) && cause.code.startsWith("ICE_PLUGIN_")) throw cause;
      throw new IceError("ICE_PLUGIN_SETUP", `The plugin "${plugin.name}" could not be set up: ${messageOf(cause)}`, {
        cause,
        fix: (IceError.is(cause) && cause.fix) || "see the cause, or remove the plugin",
        details: { plugin: plugin.name },
      });
    }
  }
}

function checkPlugin(plugin: Plugin, names: ReadonlySet<string>, runtime: Runtime): void {
  if (
    typeof plugin !== "object" ||
    plugin === null ||
    typeof plugin.setup !== "function" ||
    typeof plugin.name !== "string"
  )
    throw new IceError(
      "ICE_PLUGIN_INVALID",
      `A value in the list of plugins is ${typeof plugin === "function" ? "a function" : "not a plugin"}.`,
      {
        fix: "create it with definePlugin() and call the result: plugins: [myPlugin({ … })]",
      },
    );
  const { name, apiVersion, needs } = plugin;
  if (apiVersion !== pluginApiVersion)
    throw new IceError(
      "ICE_PLUGIN_API_VERSION",
      `The plugin "${name}" uses version ${apiVersion} of the plugin API; this version of ice supports version ${pluginApiVersion}.`,
      {
        fix: `install a version of "${name}" for this version of ice`,
        details: { plugin: name, apiVersion },
      },
    );
  if (names.has(name))
    throw new IceError("ICE_PLUGIN_DUPLICATE", `The plugin "${name}" is in the list twice.`, {
      fix: "remove one of the two",
    });
  for (const key of needs)
    if (runtime.tryUse(key) === undefined)
      throw new IceError(
        "ICE_PLUGIN_SETUP",
        `The plugin "${name}" needs the service "${key.name}", which is not available.`,
        {
          fix: "put the plugin that provides it before this one",
          details: { plugin: name, service: key.name },
        },
      );
}

function hostFor(by: string, runtime: Runtime, teardown: Teardown): PluginHost {
  /** A plugin whose set-up timed out may still be running while another start-up uses the runtime. */
  const open = (): Runtime => {
    if (!teardown.started) return runtime;
    throw new IceError(
      "ICE_RUNTIME_SEALED",
      `The plugin "${by}" registered something after the orchestrator was closed.`,
      {
        fix: "register everything before the setup of the plugin ends, within its time limit",
        details: { plugin: by },
      },
    );
  };
  return {
    registerNode: (definition, execute) => registerNode(definition, execute, { runtime: open(), by }),
    registerTool(tool) {
      registerTool(open(), tool, by);
    },
    explainMissingTools: (explain) => open().tools.explainMissing(explain),
    registerAgent: (agent) => open().agents.register(agent.name, agent, by),
    registerChannel: (channel) => open().channels.register(channel.name, channel, by),
    registerWorkflow: (blueprint) => open().workflows.register(blueprint),
    provide: (key, service) => open().provide(key, service, { by }),
    use: (key) => runtime.use(key),
    on: (type: "*", listener: EventListener) => teardown.add(`a listener of ${by}`, runtime.events.on(type, listener)),
    onClose: (close) => teardown.add(by, close),
  };
}

/** @throws IceError `ICE_PLUGIN_INVALID` for an invalid tool name, `ICE_PLUGIN_DUPLICATE`. */
export function registerTool(runtime: Runtime, tool: Parameters<Runtime["tools"]["register"]>[1], by: string): void {
  if (typeof tool?.name === "string" && !toolNamePattern.test(tool.name))
    throw new IceError("ICE_PLUGIN_INVALID", `"${tool.name}" of ${by} is not a valid tool name.`, {
      fix: "use letters, digits, `_`, `-`, `.`, at most 64, starting with a letter",
    });
  runtime.tools.register(tool?.name, tool, by);
}

async function within(timeoutMs: number, clock: Clock, work: void | Promise<void>): Promise<void> {
  if (!(work instanceof Promise)) return;
  await new Promise<void>((resolve, reject) => {
    const cancel = clock.setTimer(timeoutMs, () => reject(new Error(`it took longer than ${timeoutMs / 1000} s`)));
    work.then(resolve, reject).finally(cancel);
  });
}
