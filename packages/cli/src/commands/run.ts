import { IceError, type Issue, type JsonObject, type RunToQueue } from "@ice/core";
import { apiFlag } from "../args/api-flag.ts";
import { defineCommand } from "../args/command.ts";
import type { Flags, FlagValues } from "../args/flags.ts";
import type { RunContext, RunnableWorkflow } from "../config/run-services.ts";
import { withCommands } from "../files/input-command.ts";
import { readBlueprint, type ReadBlueprint } from "../files/read-blueprint.ts";
import { readInputs } from "../files/read-inputs.ts";
import { DeclaredInputs } from "../inputs/declared-inputs.ts";
import { hasErrors, issueReport, reportIssues, reportWarnings } from "../output/issue-report.ts";
import { withRuns } from "../remote/with-runs.ts";
import { checkDetach, detachFlag, printQueued, priorityFlag, queueOptions } from "../run/detach.ts";
import { followFlags, followRun, runIdFlag } from "../run/follow-run.ts";

const flags = {
  input: {
    type: "text",
    multiple: true,
    value: "NAME=VALUE",
    help: "An input. VALUE is JSON when it parses as JSON, else text; @FILE.json reads inputs from a file, - from standard input",
  },
  timeout: { type: "number", value: "SECONDS", help: "Time limit of the run" },
  maxConcurrency: { type: "number", whole: true, value: "N", help: "Maximum number of nodes that run at a time" },
  runId: runIdFlag,
  stream: {
    type: "boolean",
    help: "Show the text of the last llm or agent node of the list as it comes, on stderr if that is a terminal",
  },
  ...followFlags,
  detach: detachFlag("--wait, --stay, --stream, --no-cache, --as, --api"),
  priority: priorityFlag,
  ...apiFlag,
} as const satisfies Flags;

export const runCommand = defineCommand({
  usage: ["run FILE", "run NAME --api URL"],
  summary: "Run a blueprint until it ends or is suspended",
  details:
    "Prints the output of the run; with --json the whole result. With --detach the run is checked and left to workers.",
  maxOperands: 1,
  flags,
  examples: ["ice run examples/hello.yaml", "ice run report.yaml --input day=2026-01-01 --json"],
  execute(context) {
    const [file] = context.operands;
    checkDetach(context.flags);
    return withRuns(context, { file, opens: { atOnce: context.flags.detach } }, async (ice) => {
      const read = await readBlueprint(ice, file);
      const { workflow } = read;
      if (hasErrors(read) || workflow === undefined) return reportIssues(ice, read);
      reportWarnings(ice, read);
      return execute(ice, { ...read, workflow });
    });
  },
});

interface Runnable extends Pick<ReadBlueprint, "data"> {
  readonly workflow: RunnableWorkflow;
}

async function execute(context: RunContext<typeof flags>, { workflow, data }: Runnable): Promise<number> {
  const { flags, operands, terminal, paint } = context;
  const options = runOptionsOf(flags);
  const queued = queueOptions(flags);
  const streamed = flags.stream ? lastWithText(data) : undefined;
  let inputs: JsonObject | undefined;
  const declared = new DeclaredInputs((data as { readonly inputs?: unknown }).inputs);
  try {
    const read = await readInputs(flags.input, terminal, { stdinTaken: operands[0] === "-", declared });
    inputs = read;
    const warnings = declared.warningsFor(read);
    if (warnings.length > 0 && !flags.quiet)
      terminal.stderr.write(`${issueReport(warnings, "the inputs", [], paint)}\n`);
    if (flags.detach) return printQueued(context, await workflow.enqueue(read, { ...options, ...queued }));
    return await followRun(context, (following) => workflow.execute(read, { ...options, ...following }), streamed);
  } catch (error) {
    if (!IceError.is(error) || error.code !== "ICE_INPUT_INVALID") throw error;
    const issues = inputs === undefined ? issuesOf(error) : withCommands(issuesOf(error), inputs, declared);
    return reportIssues(context, { file: "the inputs", issues, lines: () => [] });
  }
}

/** The id of the last node of the list that asks a model. @throws IceError `ICE_USAGE` when there is none. */
function lastWithText(blueprint: unknown): string {
  const { nodes = [] } = blueprint as { readonly nodes?: readonly { readonly id: string; readonly type: string }[] };
  const node = nodes.findLast(({ type }) => type === "llm" || type === "agent");
  if (node !== undefined) return node.id;
  throw new IceError("ICE_USAGE", "--stream shows the text of an llm or agent node, and the list of nodes has none.", {
    fix: "remove --stream; nodes inside others are not shown",
  });
}

const runOptionsOf = ({ timeout, maxConcurrency, runId }: FlagValues<typeof flags>): RunToQueue => ({
  runId,
  timeoutSeconds: timeout,
  maxConcurrency,
});

/** What is wrong with the inputs: field by field where that is known. */
function issuesOf({ code, message, fix, details }: IceError): readonly Issue[] {
  const issues = details["issues"] as readonly Issue[] | undefined;
  return issues ?? [{ code, severity: "error", path: "/inputs", message, ...(fix !== undefined && { fix }) }];
}
