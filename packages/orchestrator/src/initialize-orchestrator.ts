import { resolve } from "node:path";
import {
  builtinNodes,
  defaultRuntime,
  EgressClient,
  FileAccess,
  IceError,
  messageOf,
  RunStore,
  SecretService,
  type AgentInput,
  defineAgent,
  type AlertChannel,
  type BuiltinNodeType,
  type Clock,
  type OwnerLimits,
  type Plugin,
  type RegisteredBlueprint,
  type Runtime,
  type ScheduleOptions,
  type ToolDefinition,
} from "@ice/core";
import { checkNumbers, isPlainObject, maxTimerMs, processTimeSlice, type TimeSlice } from "@ice/core/internal";
import {
  createEgressClient,
  createFileAccess,
  createSecretService,
  type EgressOptions,
  type FileAccessOptions,
  type SecretOptions,
  type SecretServiceOptions,
} from "@ice/host";
import type { CodeSandboxOptions } from "@ice/sandbox";
import { logChannel } from "./channels/log-channel.ts";
import { createContainer, type ContainerOptions } from "./composition/container.ts";
import { registerTool, setUpPlugins } from "./composition/set-up-plugins.ts";
import { Teardown } from "./composition/teardown.ts";
import { WorkflowEngine } from "./engine/workflow-engine.ts";
import { openRunStore } from "./journal/open-run-store.ts";
import { builtinExecutors } from "./nodes/builtin-executors.ts";
import type { HostOptions } from "./services/run-host.ts";
import { scrubbedEgress } from "./services/scrubbed-egress.ts";
import { systemClock } from "./time/system-clock.ts";
import { demoTools } from "./tools/demo-tools.ts";
import { signalTool } from "./tools/signal-tool.ts";

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
  /**
   * Whose runs these are, unless a run names another tenant: 1 to 63 of `a`-`z`, `0`-`9` and `-`, starting with a letter or digit.
   * Default: that of the store, which is `default` for an address.
   */
  readonly tenant?: string | undefined;
  /**
   * Default of `RunOptions.staySeconds`: how long a run stays in this process for the next time that a `wait` node waits for. 0 to
   * 86,400. Default 60.
   */
  readonly staySeconds?: number | undefined;
  /** How a `RunHost` works; see `HostOptions`. */
  readonly host?: HostOptions | undefined;
  /** When workflows run, by name; `Schedules` starts them in a process that stays. */
  readonly schedules?: Readonly<Record<string, ScheduleOptions>> | undefined;
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
  /** What blueprints may reach. */
  readonly allow?: AllowOptions | undefined;
  /** Secrets by name. Default none. Cannot be combined with a `SecretService` that the runtime has already. */
  readonly secrets?: Readonly<Record<string, SecretOptions>> | undefined;
  /**
   * Whether others than the owner write blueprints, as behind a server: errors then name no directory and no secret of the owner
   * that the blueprint does not name. Applies to the access to files and the secrets that are provided here. Default false.
   */
  readonly isShared?: boolean | undefined;
  /**
   * Limits of code and its threads. Default: see `@ice/sandbox`. Its HTTP requests use the `EgressClient` of the runtime, which is
   * provided here unless the application has done so.
   */
  readonly sandbox?: Omit<CodeSandboxOptions, "allow" | "callTool" | "egress" | "files"> | undefined;
  /**
   * Read for secrets, and for `ICE_ENABLE_WASM`: code is enabled when it is unset, `1` or `true`. Default: the environment of this
   * process.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * What blueprints may reach. Files that tools, code with a grant and blueprints may access; default: read below the working
 * directory, write below its `out/`. They cannot be combined with a `FileAccess` that the runtime has already.
 */
export interface AllowOptions extends Omit<FileAccessOptions, "isShared"> {
  /**
   * Hosts that `http_request` may ask, and that blueprints may grant to code: `host` and `*.host` (public addresses, ports 80 and
   * 443), `host:port` (exactly that, also a private one). Default none.
   */
  readonly http?: EgressOptions["allow"];
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
    throw new IceError("ICE_RUNTIME_STARTED", "initializeOrchestrator() was called twice on the same runtime.", {
      fix: "call it once at start-up, or pass each call its own runtime: { runtime: createRuntime() }",
    });
  checkNumbers("`limits`", limits, { min: 1 });
  checkNumbers("initializeOrchestrator", { pluginTimeoutMs }, { min: 1, max: maxTimerMs });
  checkNumbers("initializeOrchestrator", { staySeconds: options.staySeconds }, { min: 0, max: 86_400 });
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

async function setUp(runtime: Runtime, teardown: Teardown, options: OrchestratorOptions): Promise<void> {
  const { plugins = [], tools = [], agents = [], workflows = [], channels = [], pluginTimeoutMs = 10_000 } = options;
  const { clock = systemClock } = options;
  const by = "@ice/orchestrator";
  const container = createContainer(outsideOf(runtime, teardown, { ...options, clock }, by));
  const { engine, sandbox, host, schedules } = container;
  teardown.add("the container", () => container.dispose());
  teardown.add("the sandbox", () => sandbox.close());
  teardown.add("the alert channels", () => closeChannels(runtime));
  teardown.add("the engine", () => engine.close());
  teardown.add("the host of runs", () => host.stop());
  teardown.add("the schedules", () => schedules.close());

  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: builtinExecutors[type as BuiltinNodeType] }, by);
  for (const channel of [logChannel, ...channels]) runtime.channels.register(channel.name, channel, by);
  for (const tool of [...demoTools(clock), signalTool]) registerTool(runtime, tool, by);

  container.provideAll(by);

  for (const tool of tools) registerTool(runtime, tool, "application");
  for (const agent of agents) runtime.agents.register(agent.name, defineAgent(agent));
  for (const workflow of workflows) runtime.workflows.register(workflow);
  await setUpPlugins(plugins, { runtime, clock, teardown, timeoutMs: pluginTimeoutMs });
}

/** Everything that the engine needs from outside, with its defaults. */
function outsideOf(
  runtime: Runtime,
  teardown: Teardown,
  {
    limits = {},
    store: storeOrUrl = "memory:",
    tenant,
    clock,
    timeSlice = processTimeSlice(),
    random = Math.random,
    allow = {},
    secrets: declared,
    isShared,
    staySeconds,
    host,
    schedules,
    sandbox = {},
    env = process.env,
  }: OrchestratorOptions & { readonly clock: Clock },
  by: string,
): ContainerOptions {
  refuseOldPermissions(sandbox);
  const { http, ...directories } = allow;
  const egress = provideEgress(runtime, teardown, http, by);
  const secrets = provideSecrets(runtime, { secrets: declared, env, isShared }, by);
  const files = provideFiles(runtime, { ...directories, isShared }, by);
  const opened = typeof storeOrUrl === "string" ? openRunStore(storeOrUrl, { clock, timeSlice }) : storeOrUrl;
  teardown.add("the store", () => opened.close());
  const store = tenant === undefined ? opened : opened.forTenant(tenant);
  for (const file of filesOfStore(store)) files.protect(file, "store");
  for (const { file } of Object.values(declared ?? {}))
    if (file !== undefined) files.protect(resolve(file), "configuration");
  const code = { ...sandbox, allow: { http }, egress: scrubbedEgress(egress, secrets), files };
  return { runtime, store, clock, timeSlice, random, limits, staySeconds, host, schedules, sandbox: code, env };
}

/** The alert channels of the application and of plugins. If one fails to close, the others are closed all the same. */
async function closeChannels({ channels }: Runtime): Promise<void> {
  const closed = await Promise.allSettled([...channels.entries()].map(async ([, channel]) => channel.close?.()));
  const failed = closed.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  if (failed.length > 0)
    throw new AggregateError(failed, `an alert channel did not close: ${failed.map(messageOf).join("; ")}`);
}

/** The client that the application provided; otherwise one for these hosts, which is closed with everything else. */
function provideEgress(runtime: Runtime, teardown: Teardown, allow: EgressOptions["allow"], by: string): EgressClient {
  const provided = runtime.tryUse(EgressClient);
  if (provided !== undefined) return provided;
  const egress = createEgressClient({ allow });
  runtime.provide(EgressClient, egress, { by });
  teardown.add("the egress client", () => egress.close());
  return egress;
}

/** @throws IceError `ICE_SERVICE_DUPLICATE` if the runtime already has a `SecretService` and others are declared. */
function provideSecrets(runtime: Runtime, options: SecretServiceOptions, by: string): SecretService {
  const present = runtime.tryUse(SecretService);
  if (present !== undefined && options.secrets === undefined) return present;
  const secrets = createSecretService(options);
  runtime.provide(SecretService, secrets, { by });
  return secrets;
}

/** @throws IceError `ICE_SERVICE_DUPLICATE` if the runtime already has a `FileAccess` and `allow` requests another. */
function provideFiles(runtime: Runtime, { isShared, ...allow }: FileAccessOptions, by: string): FileAccess {
  const present = runtime.tryUse(FileAccess);
  if (present !== undefined && Object.values(allow).every((one) => one === undefined)) return present;
  const files = createFileAccess({ ...allow, isShared });
  runtime.provide(FileAccess, files, { by });
  return files;
}

/**
 * Separate permissions for code are no longer supported; ignoring them would allow more than the owner intended, or less.
 *
 * @throws IceError `ICE_USAGE`.
 */
function refuseOldPermissions(sandbox: object): void {
  const allow: unknown = "allow" in sandbox ? sandbox.allow : undefined;
  const [name] = isPlainObject(allow) ? Object.keys(allow).filter((key) => allow[key] !== undefined) : [];
  if (name !== undefined)
    throw new IceError("ICE_USAGE", `\`sandbox.allow.${name}\` is not an option any more.`, {
      fix: "write allow: { read: [directories], write: [directories], http: [hosts] } beside `sandbox`; it applies to both tools and code",
    });
}

/** The file of a store, if it is one. */
const filesOfStore = ({ url }: RunStore): readonly string[] =>
  url.startsWith("sqlite:") ? [url.slice("sqlite:".length)] : [];
