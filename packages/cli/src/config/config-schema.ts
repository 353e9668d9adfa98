import { defaultOwnerLimits, type OwnerLimits } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { z } from "zod";
import { grouped } from "../output/amounts.ts";
import type { IceConfig } from "./ice-config.ts";
import type { ServeLimits } from "./serve-config.ts";

/** A schema for each field of a type. */
type FieldsOf<Type> = Readonly<Record<keyof Type, z.ZodType>>;

const text = z.string().min(1);
const texts = z.array(text).optional();
const bound = z.number().positive().optional();

/** Values that are more than data, such as functions, are passed on as they are. */
const isNamed = (value: unknown): value is Record<string, unknown> =>
  isPlainObject(value) && text.safeParse(value["name"]).success;
const hasMethod = (method: string) => (value: unknown) => isNamed(value) && typeof value[method] === "function";
const isAgent = (value: unknown) => isNamed(value) && (typeof value["run"] === "function" || "model" in value);
const listOf = (entry: string, fits: (value: unknown) => boolean) =>
  z.array(z.custom(fits, `must be ${entry}`)).optional();

const preset = (name: keyof OwnerLimits): string => `default ${grouped(defaultOwnerLimits[name])}`;

const limits = {
  maxBytes: bound.describe(`the largest text of a blueprint in bytes; ${preset("maxBytes")}`),
  maxDepth: bound.describe(`the greatest depth of nested objects and lists in a blueprint; ${preset("maxDepth")}`),
  maxNodes: bound.describe(`the most nodes in a blueprint, nested ones included; ${preset("maxNodes")}`),
  maxWorkflows: bound.describe(`the most sub-workflows that a blueprint reaches; ${preset("maxWorkflows")}`),
  outputBytes: bound.describe(`the longest output as compact JSON in characters; ${preset("outputBytes")}`),
  detachedRuns: bound.describe(
    `the most runs in progress in a process that nodes have started detached; ${preset("detachedRuns")}`,
  ),
  cacheEntries: bound.describe(`the most outputs kept for nodes with \`cache\`; ${preset("cacheEntries")}`),
  cacheEntryBytes: bound.describe(
    `the longest output kept for a node with \`cache\` as compact JSON in characters; ${preset("cacheEntryBytes")}`,
  ),
  signalBytes: bound.describe(
    `the most characters of the payloads of the signals of a run as compact JSON; ${preset("signalBytes")}`,
  ),
} satisfies FieldsOf<OwnerLimits>;

const serveLimits = {
  bodyBytes: bound.describe("the largest body of a request in bytes; default 2 MiB"),
  smallBodyBytes: bound.describe(
    "the largest body of an answer to a request or of a cancellation in bytes; default 64 KiB",
  ),
  headerBytes: bound.describe("the largest headers of a request in bytes; default 16 KiB"),
  headersMs: bound.describe("the longest time for the headers of a request in milliseconds; default 10,000"),
  requestMs: bound.describe("the longest time for a whole request in milliseconds; default 30,000"),
  keepAliveMs: bound.describe("the longest time between two requests on a connection in milliseconds; default 5,000"),
  connections: bound.describe("the most open connections; default 2,000"),
  requestsPerSecond: bound.describe("the most requests of a token in a second; default 100"),
  burst: bound.describe("the most requests of a token at once, after a pause; default 200"),
  wrongTokensPerMinute: bound.describe("the most wrong tokens of an address in a minute; default 20"),
  streams: bound.describe("the most open streams of events; default 1,000"),
  streamsPerToken: bound.describe("the most open streams of a token; default 600"),
  stalledMs: bound.describe("how long a client may take nothing of an answer in milliseconds; default 30,000"),
  activeRuns: bound.describe("the most runs in progress, suspended ones aside; default 1,000"),
} satisfies FieldsOf<ServeLimits>;

const allow = {
  read: texts.describe(
    "a list of directories below which tools, and code with a grant, read files, where `{tenant}` is the tenant of the run; default the working directory, for `ice serve` none",
  ),
  write: texts.describe(
    "a list of directories below which they write files; default `out` in the working directory, for `ice serve` none",
  ),
  maxFileBytes: bound.describe("the largest file that is read or written in bytes; default 16 MiB"),
  files: texts.describe("deprecated: a list of directories for both `read` and `write`"),
  code: z
    .boolean()
    .optional()
    .describe(
      "true or false: whether networks and blueprints may name modules (`./module.ts#export`), which are then executed; default false",
    ),
  http: texts.describe(
    "a list of hosts for `http_request` and for grants of code: `host`, `*.host` (public, ports 80 and 443) or `host:port` (exactly that, also a private one); default none",
  ),
} satisfies FieldsOf<NonNullable<IceConfig["allow"]>>;

/**
 * What `ice.config.ts` may export. A description says what to give a field, with its default; it is part of fixes and of
 * `docs/reference/cli.md`.
 */
export const iceConfigSchema = z.strictObject({
  plugins: z
    .array(z.unknown())
    .optional()
    .describe("a list of plugins: `[toolPack()]`; one with the name of a built-in plugin replaces that"),
  tools: listOf("a tool created with defineTool()", hasMethod("run")).describe(
    "a list of tools created with defineTool()",
  ),
  agents: listOf("an agent created with defineAgent(), or { name, model, … }", isAgent).describe(
    "a list of agents: created with defineAgent(), or on models: `{ name, model, system, tools, … }`",
  ),
  models: z
    .custom(isPlainObject, "must be an object")
    .optional()
    .describe(
      "an object with the models that workflows may use: { providers, aliases, prices, limits }; default those whose key is in the environment, and `mock/…`",
    ),
  workflows: listOf("a blueprint with a name", isNamed).describe(
    "a list of blueprints with names, which others call by name",
  ),
  channels: listOf("an alert channel", hasMethod("send")).describe(
    "a list of alert channels: `[webhookChannel({ … })]`",
  ),
  store: text
    .optional()
    .describe(
      "the address of the store: memory:, sqlite:PATH or postgres://USER@HOST/DATABASE?schema=ice; ICE_STORE and --store come before it; default sqlite:.ice/ice.db in the working directory",
    ),
  staySeconds: z
    .number()
    .min(0)
    .max(86_400)
    .optional()
    .describe(
      "how many seconds a command waits for the time of a `wait` node instead of suspending the run; default 60",
    ),
  limits: z.strictObject(limits).optional().describe("an object with bounds on blueprints and outputs"),
  schedules: z
    .record(
      z.string(),
      z.strictObject({
        cron: text.describe("five fields, or six with the second first: `0 7 * * MON-FRI`"),
        timezone: text.optional().describe("the IANA name of a time zone: Europe/Berlin; default UTC"),
        workflow: text.describe("`name` or `name@version` of a registered or stored workflow"),
        inputs: z.record(z.string(), z.unknown()).optional().describe("its inputs; default none"),
        catchUp: z
          .enum(["none", "last", "all"])
          .optional()
          .describe(
            "for which of the times at which no server ran a run starts: none, last or all, at most 100; default last",
          ),
      }),
    )
    .optional()
    .describe(
      'schedules by name, which `ice serve` follows: `{ cron: "0 7 * * MON-FRI", timezone: "Europe/Berlin", workflow, inputs, catchUp }`',
    ),
  serve: z
    .strictObject({
      limits: z.strictObject(serveLimits).optional(),
      mcp: z
        .strictObject({
          tools: texts.describe("a list of tools that MCP clients may call besides the workflows; default none"),
        })
        .optional()
        .describe("an object with what MCP clients may do: { tools }"),
    })
    .optional()
    .describe(
      "an object with how `ice serve` and `ice mcp` work: { limits: { requestsPerSecond, streams, activeRuns, … }, mcp: { tools } }",
    ),
  allow: z.strictObject(allow).optional().describe("an object with what blueprints may reach"),
  secrets: z
    .record(z.string(), z.strictObject({ env: text.optional(), file: text.optional(), hosts: texts, tenants: texts }))
    .optional()
    .describe(
      "secrets by name: `{ env: VARIABLE }` or `{ file: PATH }`, with the `hosts` that blueprints may send it to (default none) and the `tenants` whose blueprints may (default `default`)",
    ),
  mcp: z
    .custom(isPlainObject, "must be an object")
    .optional()
    .describe("an object with MCP servers: { servers: { ID: { command, args } } } or { url }; see docs/guide/mcp.md"),
  sandbox: z
    .custom(isPlainObject, "must be an object")
    .optional()
    .describe("an object with options of the sandbox: { limits, components, … }"),
} satisfies FieldsOf<IceConfig>);
