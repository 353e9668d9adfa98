import {
  EgressClient,
  IceError,
  LanguageModelService,
  SecretService,
  type Plugin,
  type PluginHost,
  type ServiceKey,
  type ToolDefinition,
} from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { recordedEgress } from "./recorded-egress.ts";
import { recordedModels } from "./recorded-models.ts";
import { Redaction, secretsIn } from "./redaction.ts";
import { Tape, type CassetteMode } from "./tape.ts";

/** Recorded traffic of models, tools (those of MCP servers too) and HTTP. */
export interface Cassette {
  /**
   * Wraps a plugin: the models, the HTTP client and the tools that it registers are recorded. From then on, the owner's secrets
   * are removed too.
   */
  plugin(plugin: Plugin): Plugin;
  /** Wraps models. @param live - needed for what is not recorded yet. */
  models(live?: LanguageModelService): LanguageModelService;
  /** Wraps an HTTP client. @param live - needed for what is not recorded yet. */
  egress(live?: EgressClient): EgressClient;
  /** Wraps a tool. */
  tool(tool: ToolDefinition): ToolDefinition;
  /** Writes what was recorded. Nothing is written before. */
  close(): Promise<void>;
}

/** Options of `cassette`. */
export interface CassetteOptions {
  /** Values of at least 8 characters that are removed wherever they occur, also in URLs, base64 and JSON. Default: none besides `env`. */
  readonly secrets?: readonly string[] | undefined;
  /** Values of variables with KEY, TOKEN, SECRET, PASSWORD, CREDENTIAL or AUTH in their name are removed. Default: the environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Headers that are recorded besides `content-type` and a few others without secrets. Default: none. */
  readonly headers?: readonly string[] | undefined;
}

/**
 * Opens a cassette, a JSON file to be committed. A request is found by the hash of its canonical form; its nth use gets the nth
 * answer. Errors are recorded and replayed, too.
 *
 * @param mode - default `replay`: nothing is sent.
 * @throws IceError `ICE_USAGE` for a mode that does not exist; `ICE_CASSETTE_INVALID` for a file that is not a cassette;
 * `ICE_CASSETTE_MISS` if there is no file to replay.
 * Requests that are not recorded fail with `ICE_CASSETTE_MISS`, which names the differences from the nearest one.
 */
export async function cassette(
  file: string,
  mode: CassetteMode = "replay",
  { secrets = [], env = process.env, headers }: CassetteOptions = {},
): Promise<Cassette> {
  if (!modes.includes(mode))
    throw new IceError("ICE_USAGE", `The mode of the cassette "${file}" is ${JSON.stringify(mode)}.`, {
      fix: `use one of ${modes.join(", ")}`,
    });
  const redaction = new Redaction([...secrets, ...secretsIn(env)]);
  const tape = await Tape.open(file, mode, redaction);
  const wrapped: Cassette = {
    plugin: (plugin) => ({
      ...plugin,
      setup(host) {
        redaction.use(host.use(SecretService));
        return plugin.setup(recordedHost(wrapped, host));
      },
    }),
    models: (live) => recordedModels(tape, live),
    egress: (live) => recordedEgress(tape, live, headers),
    tool: (tool) => recordedTool(tape, tool),
    close: () => tape.save(),
  };
  return wrapped;
}

const modes: readonly CassetteMode[] = ["replay", "auto", "record"];

function recordedTool(tape: Tape, tool: ToolDefinition): ToolDefinition {
  return {
    ...tool,
    async run(args, context) {
      const request = { tool: tool.name, args: withoutHeaders(tool, args) };
      const { signal } = context;
      return (await tape.play({ kind: "tool", request, live: async () => tool.run(args, context), signal })).answer;
    },
  };
}

/** Headers of a tool that takes secrets may hold some, already resolved. */
function withoutHeaders({ takesSecrets = false }: ToolDefinition, args: unknown): unknown {
  return takesSecrets && isPlainObject(args) ? { ...args, headers: undefined } : args;
}

/** A host that records what a plugin registers. */
function recordedHost(wrapped: Cassette, host: PluginHost): PluginHost {
  return {
    ...host,
    registerTool: (tool) => host.registerTool(wrapped.tool(tool)),
    provide<T>(key: ServiceKey<T>, service: T): void {
      const known: unknown = service;
      if (key.name === LanguageModelService.name)
        host.provide(LanguageModelService, wrapped.models(known as LanguageModelService));
      else if (key.name === EgressClient.name) host.provide(EgressClient, wrapped.egress(known as EgressClient));
      else host.provide(key, service);
    },
  };
}
