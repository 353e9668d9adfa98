import { accessSync, constants } from "node:fs";
import {
  codeGate,
  CodeSandbox,
  hideCredentials,
  IceError,
  isCodeEnabled,
  messageOf,
  RunStore,
  type Runtime,
} from "@ice/core";
import type { CommonFlags } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { isNodeTooOld, leastNode } from "../config/node-version.ts";
import { startIce } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { oneLine } from "../terminal/printable.ts";
import { painterFor, type Terminal } from "../terminal/terminal.ts";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

export const doctorCommand: Command = {
  usage: "doctor",
  summary: "Checks what ice needs here, each with a fix.",
  operands: 0,
  options: {},
  flags: [],
  examples: ["ice doctor", "ice doctor --json"],
  async execute({ flags }, terminal) {
    const paint = painterFor(terminal, terminal.stdout, flags.noColor);
    const directory = checkDirectory(terminal);
    const findings = [checkNode(), checkClock(), directory, ...(await checkStart(terminal, flags, directory.ok))].map(
      (finding) => ({ ...finding, detail: hideCredentials(finding.detail) }),
    );
    const ok = findings.every((finding) => finding.ok);
    if (flags.json) printJson(terminal, { ok, checks: findings });
    else
      for (const { check, ok: good, detail, fix } of findings)
        terminal.stdout.write(
          `${good ? paint("green", "✓") : paint("red", "✗")} ${check}: ${oneLine(detail)}${fix === undefined ? "" : `\n  ${paint("cyan", "fix:")} ${oneLine(fix)}`}\n`,
        );
    return ok ? exitCodes.completed : exitCodes.failed;
  },
};

function checkNode(): Finding {
  const ok = !isNodeTooOld(process.versions.node);
  return { check: "node", ok, detail: process.version, ...(ok ? {} : { fix: `install Node ${leastNode} or newer` }) };
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
async function checkStart(terminal: Terminal, flags: CommonFlags, canWrite: boolean): Promise<Finding[]> {
  try {
    const { runtime, close } = await startIce(terminal, flags);
    const { nodes, tools, agents } = runtime.describe();
    const store = runtime.use(RunStore);
    // A store is made where there is none, so only in a directory that is there.
    if (canWrite) await store.list({ limit: 1 });
    const sandbox = await checkSandbox(runtime, terminal);
    await close();
    return [
      {
        check: "engine",
        ok: true,
        detail: `${nodes.length} node types, ${tools.length} tools, ${agents.length} agents; runs are kept in ${store.url}`,
      },
      sandbox,
    ];
  } catch (error) {
    return [
      {
        check: "engine",
        ok: false,
        detail: messageOf(error),
        fix: (IceError.is(error) && error.fix) || "correct ice.config.ts, or name another with --config",
      },
    ];
  }
}

/** Runs a line of code in each language that is installed. Switched off by the owner is a choice, not a fault. */
async function checkSandbox(runtime: Runtime, { env }: Terminal): Promise<Finding> {
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
