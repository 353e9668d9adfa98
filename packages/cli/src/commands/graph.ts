import { graphOf, toDot, toMermaid, type BlueprintGraph } from "@ice/builder";
import { analyzeBlueprint } from "@ice/core";
import { defineCommand, type CommandContext } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { withIce } from "../config/start-ice.ts";
import { analyzeFile } from "../files/read-blueprint.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { hasErrors, reportIssues } from "../output/issue-report.ts";
import { printJson } from "../output/print-json.ts";
import { printable } from "../terminal/printable.ts";

export const graphFlags = {
  format: {
    type: "choice",
    value: "FORMAT",
    choices: ["mermaid", "dot", "json"],
    default: "mermaid",
    help: "Format of the graph",
  },
} as const satisfies Flags;

export const graphCommand = defineCommand({
  usage: ["graph FILE"],
  summary: "Draw a blueprint as text",
  maxOperands: 1,
  flags: graphFlags,
  examples: ["ice graph report.yaml > report.mmd", "ice graph report.yaml --format dot | dot -Tsvg > report.svg"],
  execute(context) {
    const [file] = context.operands;
    return withIce(context, { file }, async (ice) => {
      const read = await analyzeFile(ice, { file, noun: "blueprint" }, analyzeBlueprint);
      const { analyzed } = read;
      return hasErrors(read) || analyzed === undefined ? reportIssues(ice, read) : printGraph(ice, graphOf(analyzed));
    });
  },
});

export function printGraph({ flags, terminal }: CommandContext<typeof graphFlags>, graph: BlueprintGraph): number {
  const { format } = flags;
  if (format === "json") printJson(terminal, graph);
  else {
    const text = format === "mermaid" ? toMermaid(graph) : toDot(graph);
    if (flags.json) printJson(terminal, { format, text });
    else terminal.stdout.write(printable(text));
  }
  return exitCodes.completed;
}
