import { accessSync, constants } from "node:fs";
import { IceError, messageOf, RunStore } from "@ice/core";
import { printJson, type Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { startIce, type StartOptions } from "../start-ice.ts";
import { painterFor, type Terminal } from "../terminal.ts";
import type { CommonFlags } from "../arguments.ts";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

/** The oldest Node that ice runs on. */
const leastNode = 24;

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
    // A store is made where there is none, so only in a directory that is there.
    const start = await checkStart(terminal, flags, { keepsRuns: directory.ok });
    const findings = [checkNode(), checkClock(), directory, start];
    const ok = findings.every((finding) => finding.ok);
    if (flags.json) printJson(terminal, { ok, checks: findings });
    else
      for (const { check, ok: good, detail, fix } of findings)
        terminal.stdout.write(
          `${good ? paint("green", "✓") : paint("red", "✗")} ${check}: ${detail}${fix === undefined ? "" : `\n  ${paint("cyan", "fix:")} ${fix}`}\n`,
        );
    return ok ? exitCodes.completed : exitCodes.failed;
  },
};

function checkNode(): Finding {
  const ok = Number(process.versions.node.split(".")[0]) >= leastNode;
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

/** Starts and stops the engine with its plugins, as every command does. */
async function checkStart(terminal: Terminal, flags: CommonFlags, options: StartOptions): Promise<Finding> {
  try {
    const { runtime, close } = await startIce(terminal, flags, options);
    const { nodes, tools, agents } = runtime.describe();
    const { url } = runtime.use(RunStore);
    await close();
    return {
      check: "engine",
      ok: true,
      detail: `${nodes.length} node types, ${tools.length} tools, ${agents.length} agents; runs are kept in ${url}`,
    };
  } catch (error) {
    return {
      check: "engine",
      ok: false,
      detail: messageOf(error),
      fix: (IceError.is(error) && error.fix) || "mend ice.config.ts, or name another with --config",
    };
  }
}
