import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { IceError, isPlainObject, messageOf, type Issue, type JsonObject, type RunResult } from "@ice/core";
import { positiveNumber, type Arguments } from "../arguments.ts";
import { printJson, type Command } from "../command.ts";
import { exitCodeOfRun, exitCodes } from "../exit-codes.ts";
import { createProgress } from "../output/progress.ts";
import { reportIssues } from "./validate.ts";
import { hasErrors, readBlueprint, type ReadBlueprint } from "../read-blueprint.ts";
import { startIce } from "../start-ice.ts";
import { printable, type Paint, type Terminal } from "../terminal.ts";

export const runCommand: Command = {
  usage: "run FILE",
  summary: "Runs a blueprint to its end.",
  options: {
    input: { type: "string", multiple: true },
    timeout: { type: "string" },
    "max-concurrency": { type: "string" },
    "run-id": { type: "string" },
  },
  flags: [
    ["--input k=v", "an input; v is JSON when it parses as JSON, else a string; may be repeated"],
    ["--input @FILE.json", "inputs from a file; - reads standard input"],
    ["--timeout S", "time limit of the run, in seconds"],
    ["--max-concurrency N", "most nodes in flight"],
    ["--run-id ID", "id of the run; default a new one"],
  ],
  examples: ["ice run examples/hello.yaml", "ice run report.yaml --input day=2026-01-01 --json"],
  async execute(args, terminal, paint) {
    const [file] = args.positionals;
    const ice = await startIce(terminal, args.flags, file);
    try {
      const read = await readBlueprint(ice, terminal, file);
      if (hasErrors(read) || read.workflow === undefined) return reportIssues(read, args, terminal, paint);
      if (!args.flags.json && read.issues.length > 0) reportIssues(read, args, terminal, paint);
      return await execute(read, args, terminal, paint);
    } finally {
      await ice.close();
    }
  },
};

async function execute(
  read: ReadBlueprint,
  { flags, own }: Arguments,
  terminal: Terminal,
  paint: Paint,
): Promise<number> {
  const inputs = await readInputs(own["input"] as string[] | undefined, terminal);
  const timeoutSeconds = positiveNumber("timeout", own["timeout"]);
  const maxConcurrency = positiveNumber("max-concurrency", own["max-concurrency"]);
  const runId = own["run-id"] as string | undefined;
  const progress = createProgress(terminal, paint, { quiet: flags.quiet });
  const interruption = new AbortController();
  const forget = terminal.onInterrupt(() => interruption.abort());
  try {
    const result = await read.workflow!.execute(inputs, {
      signal: interruption.signal,
      onEvent: (event) => progress.onEvent(event),
      ...(runId !== undefined && { runId }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(maxConcurrency !== undefined && { maxConcurrency: Math.ceil(maxConcurrency) }),
    });
    progress.end();
    printResult(result, flags.json, flags.quiet, terminal, paint);
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodeOfRun(result);
  } catch (error) {
    progress.end();
    if (!IceError.is(error) || error.code !== "ICE_INPUT_INVALID") throw error;
    const issues = (error.details["issues"] as Issue[] | undefined) ?? [];
    return reportIssues({ ...read, file: "the inputs", text: "", issues }, { flags }, terminal, paint);
  } finally {
    forget();
  }
}

function printResult(result: RunResult, json: boolean, quiet: boolean, terminal: Terminal, paint: Paint): void {
  if (json) return printJson(terminal, result);
  if (!quiet) {
    const { status, runId, durationMs, error } = result;
    const style = status === "completed" ? "green" : "red";
    const place = error?.path === undefined ? "" : ` at ${error.path}`;
    terminal.stderr.write(`${paint(style, status)} ${runId} ${paint("dim", `${durationMs} ms`)}\n`);
    if (error !== undefined)
      terminal.stderr.write(
        `${paint("red", "error")} ${paint("bold", error.code)}${place}  ${printable(error.message)}\n${error.fix === undefined ? "" : `${paint("cyan", "fix:")} ${printable(error.fix)}\n`}`,
      );
  }
  printJson(terminal, result.output);
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
