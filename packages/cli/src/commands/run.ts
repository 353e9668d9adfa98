import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { IceError, isPlainObject, messageOf, type Issue, type JsonObject } from "@ice/core";
import { positiveNumber, type Arguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { followRun } from "../follow-run.ts";
import { reportIssues } from "./validate.ts";
import { hasErrors, readBlueprint, type ReadBlueprint } from "../read-blueprint.ts";
import { startIce, type Ice } from "../start-ice.ts";
import type { Paint, Terminal } from "../terminal.ts";

export const runCommand: Command = {
  usage: "run FILE",
  summary: "Runs a blueprint to its end, or until it has to wait for somebody.",
  options: {
    input: { type: "string", multiple: true },
    timeout: { type: "string" },
    "max-concurrency": { type: "string" },
    "run-id": { type: "string" },
    wait: { type: "boolean", default: false },
  },
  flags: [
    ["--input k=v", "an input; v is JSON when it parses as JSON, else a string; may be repeated"],
    ["--input @FILE.json", "inputs from a file; - reads standard input"],
    ["--timeout S", "time limit of the run, in seconds"],
    ["--max-concurrency N", "most nodes in flight"],
    ["--run-id ID", "id of the run; default a new one"],
    ["--wait", "stay for answers and deadlines instead of suspending"],
  ],
  examples: ["ice run examples/hello.yaml", "ice run report.yaml --input day=2026-01-01 --json"],
  async execute(args, terminal, paint) {
    const [file] = args.positionals;
    const ice = await startIce(terminal, args.flags, { file, keepsRuns: true });
    try {
      const read = await readBlueprint(ice, terminal, file);
      if (hasErrors(read) || read.workflow === undefined) return reportIssues(read, args, terminal, paint);
      if (!args.flags.json && read.issues.length > 0) reportIssues(read, args, terminal, paint);
      return await execute(read, ice, args, terminal, paint);
    } finally {
      await ice.close();
    }
  },
};

async function execute(
  read: ReadBlueprint,
  ice: Ice,
  { flags, own }: Arguments,
  terminal: Terminal,
  paint: Paint,
): Promise<number> {
  const inputs = await readInputs(own["input"] as string[] | undefined, terminal);
  const timeoutSeconds = positiveNumber("timeout", own["timeout"]);
  const maxConcurrency = positiveNumber("max-concurrency", own["max-concurrency"]);
  const runId = own["run-id"] as string | undefined;
  try {
    return await followRun(ice, { flags, wait: own["wait"] === true }, terminal, paint, (options) =>
      read.workflow!.execute(inputs, {
        ...options,
        ...(runId !== undefined && { runId }),
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
        ...(maxConcurrency !== undefined && { maxConcurrency: Math.ceil(maxConcurrency) }),
      }),
    );
  } catch (error) {
    if (!IceError.is(error) || error.code !== "ICE_INPUT_INVALID") throw error;
    const issues = (error.details["issues"] as Issue[] | undefined) ?? [];
    return reportIssues({ ...read, file: "the inputs", text: "", issues }, { flags }, terminal, paint);
  }
}

async function readInputs(given: readonly string[] = [], terminal: Terminal): Promise<JsonObject> {
  let inputs: JsonObject = {};
  for (const text of given) {
    if (text === "-") inputs = { ...inputs, ...parseInputs(await terminal.readStdin(), "standard input") };
    else if (text.startsWith("@"))
      inputs = { ...inputs, ...parseInputs(readInputFile(resolve(terminal.cwd, text.slice(1))), text.slice(1)) };
    else {
      const equals = text.indexOf("=");
      if (equals < 1)
        throw new IceError("ICE_USAGE", `--input needs k=v, @file.json or -, but got "${text}".`, {
          fix: "write --input name=value",
        });
      inputs = { ...inputs, [text.slice(0, equals)]: jsonOrString(text.slice(equals + 1)) };
    }
  }
  return inputs;
}

function readInputFile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new IceError("ICE_FILE_NOT_FOUND", `The inputs file "${path}" cannot be read.`, {
      cause,
      fix: "check --input @FILE",
    });
  }
}

function parseInputs(text: string, source: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlainObject(value)) return value as JsonObject;
  } catch (cause) {
    throw new IceError("ICE_INPUT_INVALID", `The inputs of ${source} are not JSON: ${messageOf(cause)}`, {
      cause,
      fix: "correct the JSON",
    });
  }
  throw new IceError("ICE_INPUT_INVALID", `The inputs of ${source} are no JSON object.`, {
    fix: 'write {"name": "value"}',
  });
}

function jsonOrString(text: string): JsonObject[string] {
  try {
    return JSON.parse(text) as JsonObject[string];
  } catch {
    return text; // not JSON: a string, as documented
  }
}
