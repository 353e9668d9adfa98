import { accessSync, constants } from "node:fs";
import { CodeSandbox, IceError, LanguageModelService, messageOf, RunStore, SecretService } from "@ice/core";
import { codeGate, hideCredentials, isCodeEnabled } from "@ice/core/internal";
import type { InspectedSchema, PostgresInspection } from "@ice/engine-dbos";
import type { McpPluginOptions } from "@ice/mcp";
import { defineCommand, type CommandContext } from "../args/command.ts";
import { isNodeTooOld, minNodeVersion } from "../config/node-version.ts";
import { mcpOptionsOf } from "../config/mcp-servers.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { fixWithCommands } from "../output/fix-with-commands.ts";
import { printJson } from "../output/print-json.ts";
import { interruptible } from "../terminal/interruptible.ts";
import { oneLine } from "../terminal/printable.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

export const doctorCommand = defineCommand({
  usage: ["doctor"],
  summary: "Check what ice needs on this machine, with a fix for each problem",
  maxOperands: 0,
  flags: {},
  examples: ["ice doctor", "ice doctor --json"],
  async execute(context) {
    const { terminal, flags, paintOutput } = context;
    const directory = checkDirectory(terminal);
    const engine = await checkEngine(context, directory.ok);
    const servers = await interruptible(terminal, (signal) => checkMcp(context, signal));
    if (servers === undefined) return exitCodes.interrupted;
    const findings = [checkNode(), checkClock(), directory, ...engine, ...servers].map((finding) => ({
      ...finding,
      detail: hideCredentials(finding.detail),
    }));
    const ok = findings.every((finding) => finding.ok);
    if (flags.json) printJson(terminal, { ok, checks: findings });
    else for (const finding of findings) terminal.stdout.write(linesOf(finding, paintOutput));
    return ok ? exitCodes.completed : exitCodes.failed;
  },
});

function linesOf({ check, ok, detail, fix }: Finding, paint: Paint): string {
  const line = `${ok ? paint("green", "✓") : paint("red", "✗")} ${check}: ${oneLine(detail)}\n`;
  return fix === undefined ? line : `${line}  ${paint("cyan", "fix:")} ${oneLine(fix)}\n`;
}

function checkNode(): Finding {
  const ok = !isNodeTooOld(process.versions.node);
  return {
    check: "node",
    ok,
    detail: process.version,
    ...(ok ? {} : { fix: `install Node ${minNodeVersion} or newer` }),
  };
}

function checkClock(): Finding {
  const ok = Date.now() > Date.parse("2026-01-01");
  return {
    check: "clock",
    ok,
    detail: new Date().toISOString(),
    ...(ok ? {} : { fix: "set the clock of the machine" }),
  };
}

function checkDirectory({ cwd }: Terminal): Finding {
  try {
    accessSync(cwd, constants.R_OK | constants.W_OK);
    return { check: "directory", ok: true, detail: `${cwd} can be read and written` };
  } catch (error) {
    return { check: "directory", ok: false, detail: messageOf(error), fix: "work in a directory that you may write" };
  }
}

/** Starts and stops the engine with its plugins, as every command does; while it is up, code is tried. */
async function checkEngine(context: CommandContext, canWrite: boolean): Promise<readonly Finding[]> {
  try {
    return await withIce(context, {}, async (ice) => {
      const { nodes, tools, agents } = ice.runtime.describe();
      const detail = `${nodes.length} node types, ${tools.length} tools, ${agents.length} agents`;
      const rest = [...checkSecrets(ice), checkModels(ice), await checkSandbox(ice)];
      return [{ check: "engine", ok: true, detail }, ...(await checkStore(ice, canWrite)), ...rest];
    });
  } catch (error) {
    return [problem("engine", error, context, "correct ice.config.ts, or name another file with --config")];
  }
}

/** Whether the store can be used. */
async function checkStore(ice: IceContext, canWrite: boolean): Promise<readonly Finding[]> {
  const check = "store";
  const store = ice.runtime.use(RunStore);
  try {
    if (ice.inspectStore !== undefined) return postgresFindings(store.url, await ice.inspectStore());
    // A store is created where there is none, so only in a directory that exists.
    if (canWrite) await store.list({ limit: 1 });
    return [{ check, ok: true, detail: `runs are stored in ${store.url}` }];
  } catch (error) {
    return [problem(check, error, ice, "name another store with --store")];
  }
}

/** A pooler that shares connections has been refused by now. */
function postgresFindings(url: string, { version, store, queues, workers }: PostgresInspection): readonly Finding[] {
  const later = ({ isCurrent }: InspectedSchema): string =>
    isCurrent
      ? ""
      : "; its tables will be created, or changed from those of an older ice, by the first process that writes";
  const living = workers === 0 ? "no worker lives" : `${workers} ${workers === 1 ? "worker lives" : "workers live"}`;
  return [
    {
      check: "store",
      ok: true,
      detail: `runs are stored in ${url}: Postgres ${version}, a session for each connection, schema ${store.name}${later(store)}`,
    },
    { check: "queues", ok: true, detail: `schema ${queues.name}, ${living}${later(queues)}` },
  ];
}

/** Starts each MCP server of the configuration, and compares its tools with those that are pinned. */
async function checkMcp(context: CommandContext, signal: AbortSignal): Promise<readonly Finding[]> {
  // A configuration that cannot be loaded is a finding of the engine.
  const options = await mcpOptionsOf(context).catch((): McpPluginOptions => ({}));
  const ids = Object.keys(options.servers ?? {});
  if (ids.length === 0) return [];
  const { checkServer } = await import("@ice/mcp");
  return Promise.all(
    ids.map(async (id) => {
      const check = `mcp ${id}`;
      try {
        const tools = await checkServer(options, id, { signal });
        return { check, ok: true, detail: `pinned tools: ${tools}, as the server offers them` };
      } catch (error) {
        signal.throwIfAborted();
        return problem(check, error, context, `check mcp.servers.${id} of the configuration`);
      }
    }),
  );
}

/** @param fix - for an error without one. */
function problem(check: string, error: unknown, { commandLine }: CommandContext, fix: string): Finding {
  const known = IceError.is(error) ? fixWithCommands({ code: error.code, fix: error.fix }, commandLine) : undefined;
  return { check, ok: false, detail: messageOf(error), fix: known ?? fix };
}

/** Whether each declared secret has a value. Values are never shown. */
function checkSecrets({ runtime }: IceContext): readonly Finding[] {
  const check = "secrets";
  const secrets = runtime.use(SecretService);
  const { length } = secrets.names;
  const missing = secrets.missing();
  if (length === 0) return [];
  if (missing.length === 0) return [{ check, ok: true, detail: `${length} declared, all with a value` }];
  const detail = `no value: ${missing.join(", ")}`;
  const fix = "set the variable or fill the file that `secrets` of the configuration names";
  return [{ check, ok: false, detail, fix }];
}

/** A provider without a key is no problem, unless an alias has no other. Another service of models may know no `default`. */
function checkModels(ice: IceContext): Finding {
  try {
    return findingOf(ice.runtime.use(LanguageModelService));
  } catch (error) {
    return problem("models", error, ice, "check the plugin that provides the models");
  }
}

function findingOf(service: LanguageModelService): Finding {
  const check = "models";
  const { models, aliases } = service.list();
  for (const name of Object.keys(aliases)) {
    const chain = service.describe(name);
    const { missing } = chain[0];
    if (missing === undefined || chain.some((model) => model.missing === undefined)) continue;
    const detail = `no model of the alias "${name}" is ready: ${missing.message}`;
    return { check, ok: false, detail, fix: missing.fix };
  }
  const ready = models.filter((model) => model.ready).map(({ provider }) => provider);
  const [{ model }] = service.describe("default");
  return { check, ok: true, detail: `ready: ${ready.join(", ")}; \`default\` is ${model}` };
}

/** Runs a line of code in each language that is installed. Code that the owner switched off is not a problem. */
async function checkSandbox({ runtime, terminal: { env } }: IceContext): Promise<Finding> {
  const check = "sandbox";
  if (!isCodeEnabled(env))
    return { check, ok: true, detail: `switched off with ${codeGate}=${JSON.stringify(env[codeGate]?.slice(0, 40))}` };
  // Loaded here, because no other command needs it.
  const { sandboxTiers } = await import("@ice/sandbox");
  const tiers = await sandboxTiers();
  const hasPython = tiers.some(({ runs, available }) => runs === "Python" && available);
  for (const language of ["typescript", ...(hasPython ? ["python" as const] : [])] as const) {
    const { error } = { error: undefined, ...(await runtime.use(CodeSandbox).run({ language, source: "return 1" })) };
    if (error === undefined) continue;
    const fix = error.fix ?? "use Node 24 or newer, without flags that stop threads";
    return { check, ok: false, detail: `${language}: ${error.message}`, fix };
  }
  const detail = tiers
    .map(({ tier, runs, available, fix }) => `${tier} tier: ${available ? runs : `no ${runs} (${fix ?? ""})`}`)
    .join("; ");
  return { check, ok: true, detail };
}
