import {
  builtinNodes,
  defaultRuntime,
  EgressClient,
  FileAccess,
  IceError,
  RunStore,
  type AgentInput,
  defineAgent,
  type AlertChannel,
  type BuiltinNodeType,
  type Clock,
  type OwnerLimits,
  type Plugin,
  type RegisteredBlueprint,
  type Runtime,
  type ToolDefinition,
} from "@ice/core";
import { checkNumbers, isPlainObject, maxTimerMs, processTimeSlice, type TimeSlice } from "@ice/core/internal";
import { createEgressClient, createFileAccess, type FileAccessOptions } from "@ice/host";
import type { CodeSandboxOptions } from "@ice/sandbox";
import { logChannel } from "./channels/log-channel.ts";
import { createContainer } from "./composition/container.ts";
import { registerTool, setUpPlugins } from "./composition/set-up-plugins.ts";
import { Teardown } from "./composition/teardown.ts";
import { WorkflowEngine } from "./engine/workflow-engine.ts";
import { openRunStore } from "./journal/open-run-store.ts";
import { builtinExecutors } from "./nodes/builtin-executors.ts";
import { systemClock } from "./time/system-clock.ts";
import { demoTools } from "./tools/demo-tools.ts";

/** Options of `initializeOrchestrator`. */
export interface OrchestratorOptions {
  /** The runtime to start. Default: the default runtime of this process. */
  readonly runtime?: Runtime | undefined;
  /** Set up in order. Only the plugins in this list are loaded; there is no discovery. */
  readonly plugins?: readonly Plugin[] | undefined;
  readonly tools?: readonly ToolDefinition[] | undefined;
  readonly agents?: readonly AgentInput[] | undefined;
  /** Workflows that others can refer to by name. */
  readonly workflows?: readonly RegisteredBlueprint[] | undefined;
  /** Bounds on blueprints and outputs. Default: 10,000 nodes, depth 64, outputs of 64 MiB. */
  readonly limits?: Partial<OwnerLimits> | undefined;
  /** Where runs are stored: `memory:`, `sqlite:PATH`, or a store of your own. Default `memory:`. */
  readonly store?: string | RunStore | undefined;
  /** Channels for alerts of monitors, besides `log`. */
  readonly channels?: readonly AlertChannel[] | undefined;
  /** Time limit of each plugin's set-up, in milliseconds. Default 10,000. */
  readonly pluginTimeoutMs?: number | undefined;
  /** Default: the clock of the machine. */
  readonly clock?: Clock | undefined;
  /**
   * Decides when the engine returns to the event loop. Default: the slice of this process, 4 ms. Use `endlessTimeSlice` in
   * virtual time, so that equal seeds give equal sequences of events.
   */
  readonly timeSlice?: TimeSlice | undefined;
  /** Returns 0 ≤ x < 1; decides the jitter of retries. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /**
   * Files that tools, code with a grant and blueprints may access. Default: read below the working directory, write below its
   * `out/`. Cannot be combined with a `FileAccess` that the runtime has already.
   */
  readonly allow?: FileAccessOptions | undefined;
  /**
   * Limits of code, what blueprints may grant to it, and its threads. Default: see `@ice/sandbox`. Its HTTP requests use the
   * `EgressClient` of the runtime, which is provided here unless the application has done so.
   */
  readonly sandbox?: Omit<CodeSandboxOptions, "callTool" | "files"> | undefined;
  /** Read for `ICE_ENABLE_WASM`: code is enabled when it is unset, `1` or `true`. Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A running engine. */
export interface Orchestrator {
  readonly runtime: Runtime;
  /** Releases the runs in progress (in memory: cancels them) and tears down in reverse order. Further calls have no effect. */
  close(): Promise<void>;
}

/**
 * Starts ice: registers the built-in node types and demo tools, provides the services, sets up the plugins, and seals the
 * runtime.
 *
 * @throws IceError `ICE_RUNTIME_STARTED` when called twice on one runtime, `ICE_USAGE` for invalid limits, `ICE_PLUGIN_*`. After
 * an error everything is closed again, including a given store, and the runtime is as it was before the call.
 */
export async function initializeOrchestrator(options: OrchestratorOptions = {}): Promise<Orchestrator> {
  const { runtime = defaultRuntime(), limits = {}, pluginTimeoutMs } = options;
  if (runtime.tryUse(WorkflowEngine) !== undefined)
    throw new IceError("ICE_RUNTIME_STARTED", "initializeOrchestrator() was called twice on one runtime.", {
      fix: "call it once at start-up, or give each call a runtime of its own: { runtime: createRuntime() }",
    });
  checkNumbers("`limits`", limits, { min: 1 });
  checkNumbers("initializeOrchestrator", { pluginTimeoutMs }, { min: 1, max: maxTimerMs });
  const teardown = new Teardown();
  const forget = runtime.checkpoint();
  try {
    await setUp(runtime, teardown, options);
  } catch (error) {
    await teardown.close().finally(forget);
    throw error;
  }
  runtime.seal();
  return { runtime, close: () => teardown.close() };
}

async function setUp(
  runtime: Runtime,
  teardown: Teardown,
  {
    plugins = [],
    tools = [],
    agents = [],
    workflows = [],
    limits = {},
    store: storeOrUrl = "memory:",
    channels = [],
    pluginTimeoutMs = 10_000,
    clock = systemClock,
    timeSlice = processTimeSlice(),
    random = Math.random,
    allow,
    sandbox = {},
    env = process.env,
  }: OrchestratorOptions,
): Promise<void> {
  const by = "@ice/orchestrator";
  const egress = provideEgress(runtime, teardown, by);
  const store = typeof storeOrUrl === "string" ? openRunStore(storeOrUrl, { clock, timeSlice }) : storeOrUrl;
  refuseOldFiles(sandbox);
  const files = provideFiles(runtime, allow, by);
  for (const file of filesOfStore(store)) files.protect(file, "store");
  const code = { egress, ...sandbox, files };
  const container = createContainer({ runtime, store, clock, timeSlice, random, limits, sandbox: code, env });
  const { engine, sandbox: codeSandbox } = container;
  teardown.add("the store", () => store.close());
  teardown.add("the container", () => container.dispose());
  teardown.add("the sandbox", () => codeSandbox.close());
  teardown.add("the alert channels", () => closeChannels(runtime));
  teardown.add("the engine", () => engine.close());

  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: builtinExecutors[type as BuiltinNodeType] }, by);
  for (const channel of [logChannel, ...channels]) runtime.channels.register(channel.name, channel, by);
  for (const tool of demoTools(clock)) registerTool(runtime, tool, by);

  container.provideAll(by);

  for (const tool of tools) registerTool(runtime, tool, "application");
  for (const agent of agents) runtime.agents.register(agent.name, defineAgent(agent));
  for (const workflow of workflows) runtime.workflows.register(workflow);
  await setUpPlugins(plugins, { runtime, clock, teardown, timeoutMs: pluginTimeoutMs });
}

/** The alert channels of the application and of plugins. If one fails to close, the others are closed all the same. */
async function closeChannels({ channels }: Runtime): Promise<void> {
  const closed = await Promise.allSettled([...channels.entries()].map(async ([, channel]) => channel.close?.()));
  const failed = closed.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (failed.length > 0) throw new AggregateError(failed, "An alert channel did not close cleanly.");
}

/** The client that the application provided; otherwise one for public addresses only, which is closed with everything else. */
function provideEgress(runtime: Runtime, teardown: Teardown, by: string): EgressClient {
  const provided = runtime.tryUse(EgressClient);
  if (provided !== undefined) return provided;
  const egress = createEgressClient();
  runtime.provide(EgressClient, egress, { by });
  teardown.add("the egress client", () => egress.close());
  return egress;
}

/** @throws IceError `ICE_SERVICE_DUPLICATE` if the runtime already has a `FileAccess` and `allow` requests another. */
function provideFiles(runtime: Runtime, allow: FileAccessOptions | undefined, by: string): FileAccess {
  const present = runtime.tryUse(FileAccess);
  if (present !== undefined && allow === undefined) return present;
  const files = createFileAccess(allow);
  runtime.provide(FileAccess, files, { by });
  return files;
}

/**
 * Separate directories for code are no longer supported; ignoring them would allow more than the owner intended.
 *
 * @throws IceError `ICE_USAGE`.
 */
function refuseOldFiles({ allow }: Pick<CodeSandboxOptions, "allow">): void {
  if (isPlainObject(allow) && "files" in allow && allow.files !== undefined)
    throw new IceError("ICE_USAGE", "`sandbox.allow.files` is not an option any more.", {
      fix: "write allow: { read: [directories], write: [directories] } beside `sandbox`; it holds for tools and code alike",
    });
}

/** The file of a store, if it is one. */
const filesOfStore = ({ url }: RunStore): readonly string[] =>
  url.startsWith("sqlite:") ? [url.slice("sqlite:".length)] : [];
