import type { NetworkResult, RunEvent, RunResult } from "@ice/core";
import type { RunContext } from "../config/run-services.ts";
import { spentText } from "../output/amounts.ts";
import { boundedOutputs, boundedResult } from "../output/bounded-result.ts";
import { continueWith, notKept, waitingOf } from "../output/next-steps.ts";
import { printJson } from "../output/print-json.ts";
import { shown } from "../terminal/printable.ts";
import { errorOf, follow, outcomeOf, type followFlags, type RunSource } from "./follow-run.ts";

/** Runs a network and shows its progress; see `follow`. */
export function followNetwork(
  context: RunContext<typeof followFlags>,
  begin: RunSource<NetworkResult>["begin"],
): Promise<number> {
  return follow(context, {
    begin,
    resume: (runId, options) => context.networks.resume(runId, options),
    runsOf,
    print: (result) => printNetwork(context, result),
    pathOf: pathInNetwork,
  });
}

/** Prints a result document, or the outputs of the workflows for people. */
export async function printNetwork(context: RunContext, result: NetworkResult): Promise<void> {
  const { flags, terminal, store, commandLine } = context;
  const { runId, status, workflows, waiting = [] } = result;
  const outputs = Object.entries(workflows).flatMap(([id, { status: own, output = null }]) =>
    own === "completed" ? [[id, output] as const] : [],
  );
  const { printed, omitted } = boundedOutputs(outputs);
  if (flags.quiet) terminal.stderr.write(errorOf(result, context));
  else {
    const { durable } = store;
    terminal.stderr.write(outcomeOf(result, spentBy(runsOf(result), context), context));
    if (waiting.length > 0 || status === "interrupted") {
      const members = runsOf(result);
      const waits = members.map((run) => waitingOf(context, run)).join("");
      const nodes = members.flatMap((run) => run.waiting ?? []);
      const { hosted } = await store.summary(runId);
      terminal.stderr.write(
        durable ? `${waits}${continueWith({ runId, status, hosted }, commandLine, nodes)}` : notKept,
      );
    }
    if (!flags.json && omitted.length > 0) {
      const each = omitted.map((id) => (durable ? commandLine("runs", "show", `${runId}.${id}`) : shown(id)));
      terminal.stderr.write(`too long to print with the others:\n${each.map((line) => `  ${line}\n`).join("")}`);
    }
  }
  printJson(terminal, flags.json ? boundedResult(result) : printed);
}

const runsOf = ({ workflows }: NetworkResult): RunResult[] =>
  Object.values(workflows).filter((workflow): workflow is RunResult => "runId" in workflow);

/** Tokens and cost of all runs, with a space before them; empty when no model was asked. */
function spentBy(runs: readonly RunResult[], { paint }: Pick<RunContext, "paint">): string {
  const usages = runs.map(({ usage }) => usage).filter(({ llmCalls }) => llmCalls > 0);
  const sumOf = (name: "totalTokens" | "costUsd"): number => usages.reduce((sum, usage) => sum + usage[name], 0);
  const spent = { totalTokens: sumOf("totalTokens"), costUsd: sumOf("costUsd") };
  return usages.length === 0 ? "" : ` ${paint("dim", spentText(spent))}`;
}

/** A network and its workflows are shown as one run, in which a workflow contains its nodes. */
function pathInNetwork({ type, runId, path }: RunEvent): string | undefined {
  if (type.startsWith("network.")) return path;
  const member = runId.slice(runId.lastIndexOf(".") + 1);
  return path === undefined ? member : `${member}.${path}`;
}
