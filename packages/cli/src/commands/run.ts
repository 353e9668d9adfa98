import { IceError, type Issue, type JsonObject, type RunOptions, type WorkflowHandle } from "@ice/core";
import { positiveNumber, type Arguments } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { startIce, type Ice } from "../config/start-ice.ts";
import { withCommands } from "../files/input-command.ts";
import { hasErrors, readBlueprint, type CheckedFile } from "../files/read-blueprint.ts";
import { readInputs } from "../files/read-inputs.ts";
import { DeclaredInputs } from "../inputs/declared-inputs.ts";
import { issueReport } from "../output/issue-report.ts";
import { followingOf, followRun } from "../run/follow-run.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";
import { reportIssues } from "./validate.ts";

export const runCommand: Command = {
  usage: "run FILE",
  summary: "Runs a blueprint to its end, or until it has to wait for a person.",
  operands: 1,
  options: {
    input: { type: "string", multiple: true },
    timeout: { type: "string" },
    "max-concurrency": { type: "string" },
    "run-id": { type: "string" },
    wait: { type: "boolean", default: false },
    as: { type: "string" },
  },
  flags: [
    [
      "--input k=v",
      "an input; v is JSON when it parses as JSON, else a string, as the blueprint declares it; may be repeated",
    ],
    ["--input @FILE.json", "inputs from a file; - reads standard input"],
    ["--timeout S", "time limit of the run, in seconds"],
    ["--max-concurrency N", "most nodes in flight"],
    ["--run-id ID", "id of the run; default a new one"],
    ["--wait", "stay for answers and deadlines instead of suspending"],
    ["--as NAME", "who answers at the terminal; default: whoever is asked says so when it matters"],
  ],
  examples: ["ice run examples/hello.yaml", "ice run report.yaml --input day=2026-01-01 --json"],
  async execute(args, terminal, paint) {
    const [file] = args.positionals;
    const ice = await startIce(terminal, args.flags, { file });
    try {
      const read = await readBlueprint(ice, terminal, file);
      if (hasErrors(read) || read.workflow === undefined) return reportIssues(read, args, terminal, paint);
      if (!args.flags.json && read.issues.length > 0) reportIssues(read, args, terminal, paint);
      return await execute({ ...read, workflow: read.workflow }, ice, args, { terminal, paint });
    } finally {
      await ice.close();
    }
  },
};

async function execute(
  { workflow, data }: Pick<CheckedFile, "data"> & { readonly workflow: WorkflowHandle },
  ice: Ice,
  args: Arguments,
  { terminal, paint }: { readonly terminal: Terminal; readonly paint: Paint },
): Promise<number> {
  const { flags, own, positionals } = args;
  const options = runOptionsOf(own);
  let inputs: JsonObject | undefined;
  const declared = new DeclaredInputs((data as { readonly inputs?: unknown }).inputs);
  try {
    const given = (own["input"] ?? []) as readonly string[];
    const read = await readInputs(given, terminal, { stdinTaken: positionals[0] === "-", declared });
    inputs = read;
    const warnings = declared.warningsFor(read);
    if (warnings.length > 0 && !flags.quiet)
      terminal.stderr.write(`${issueReport(warnings, "the inputs", [], paint)}\n`);
    return await followRun(ice, followingOf(args), terminal, paint, (following) =>
      workflow.execute(read, { ...options, ...following }),
    );
  } catch (error) {
    if (!IceError.is(error) || error.code !== "ICE_INPUT_INVALID") throw error;
    const issues = inputs === undefined ? issuesOf(error) : withCommands(issuesOf(error), inputs, declared);
    return reportIssues({ file: "the inputs", issues, lines: () => [] }, { flags }, terminal, paint);
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

/** What is wrong with the inputs: field by field where that is known. */
function issuesOf({ code, message, fix, details }: IceError): readonly Issue[] {
  const issues = details["issues"] as readonly Issue[] | undefined;
  return issues ?? [{ code, severity: "error", path: "/inputs", message, ...(fix !== undefined && { fix }) }];
}
