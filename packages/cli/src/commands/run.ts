import { IceError, type Issue, type JsonObject, type RunOptions, type RunResult, type WorkflowHandle } from "@ice/core";
import { systemClock } from "@ice/orchestrator";
import { positiveNumber, type Arguments } from "../arguments.ts";
import { printJson, type Command } from "../command.ts";
import { exitCodeOfRun, exitCodes } from "../exit-codes.ts";
import { createProgress, type Progress } from "../output/progress.ts";
import { hasErrors, readBlueprint } from "../read-blueprint.ts";
import { readInputs } from "../read-inputs.ts";
import { startIce } from "../start-ice.ts";
import { printable, type Paint, type Terminal } from "../terminal.ts";
import { reportIssues } from "./validate.ts";

export const runCommand: Command = {
  usage: "run FILE",
  summary: "Runs a blueprint to its end.",
  operands: 1,
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
      return await execute(read.workflow, args, terminal, paint);
    } finally {
      await ice.close();
    }
  },
};

async function execute(
  workflow: WorkflowHandle,
  { flags, own, positionals }: Arguments,
  terminal: Terminal,
  paint: Paint,
): Promise<number> {
  const options = runOptionsOf(own);
  try {
    const given = (own["input"] ?? []) as readonly string[];
    const inputs = await readInputs(given, terminal, { stdinTaken: positionals[0] === "-" });
    const progress = createProgress(terminal, paint, { quiet: flags.quiet, clock: systemClock });
    const { result, interrupted } = await runToEnd(workflow, inputs, options, terminal, progress);
    printResult(result, flags.json, flags.quiet, terminal, paint);
    return interrupted ? exitCodes.interrupted : exitCodeOfRun(result);
  } catch (error) {
    if (!IceError.is(error) || error.code !== "ICE_INPUT_INVALID") throw error;
    return reportIssues({ file: "the inputs", issues: issuesOf(error), lines: () => [] }, { flags }, terminal, paint);
  }
}

function runOptionsOf(own: Arguments["own"]): RunOptions {
  const timeoutSeconds = positiveNumber("timeout", own["timeout"]);
  const maxConcurrency = positiveNumber("max-concurrency", own["max-concurrency"], { whole: true });
  const runId = own["run-id"] as string | undefined;
  return {
    ...(runId !== undefined && { runId }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(maxConcurrency !== undefined && { maxConcurrency }),
  };
}

/** Runs the workflow, showing progress; an interrupt cancels the run. */
async function runToEnd(
  workflow: WorkflowHandle,
  inputs: JsonObject,
  options: RunOptions,
  terminal: Terminal,
  progress: Progress,
): Promise<{ readonly result: RunResult; readonly interrupted: boolean }> {
  const interruption = new AbortController();
  const forget = terminal.onInterrupt(() => interruption.abort());
  try {
    const { signal } = interruption;
    const result = await workflow.execute(inputs, { ...options, signal, onEvent: (event) => progress.onEvent(event) });
    return { result, interrupted: signal.aborted };
  } finally {
    progress.end();
    forget();
  }
}

/** What is wrong with the inputs: field by field where that is known. */
function issuesOf({ code, message, fix, details }: IceError): readonly Issue[] {
  const issues = details["issues"] as readonly Issue[] | undefined;
  return issues ?? [{ code, severity: "error", path: "/inputs", message, ...(fix !== undefined && { fix }) }];
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
