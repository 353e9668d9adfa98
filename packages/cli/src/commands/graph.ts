import { graphOf, toDot, toMermaid, type BlueprintGraph } from "@ice/builder";
import { analyzeBlueprint, BlueprintLoader, IceError, type AnalysisContext } from "@ice/core";
import type { Arguments } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { startIce, type Ice } from "../config/start-ice.ts";
import { hasErrors, readBlueprint, type CheckedFile } from "../files/read-blueprint.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { printable } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { reportIssues } from "./validate.ts";

const formats = ["mermaid", "dot", "json"] as const;
type Format = (typeof formats)[number];

export const graphCommand: Command = {
  usage: "graph FILE",
  summary: "Draws a blueprint as text.",
  operands: 1,
  options: { format: { type: "string", default: "mermaid" } },
  flags: [["--format F", "mermaid (default), dot, or json ({ nodes, edges })"]],
  examples: ["ice graph report.yaml > report.mmd", "ice graph report.yaml --format dot | dot -Tsvg > report.svg"],
  async execute(args, terminal, paint) {
    const format = formatOf(args);
    const [file] = args.positionals;
    const ice = await startIce(terminal, args.flags, { file });
    try {
      const read = await readBlueprint(ice, terminal, file);
      if (hasErrors(read)) return reportIssues(read, args, terminal, paint);
      const { analyzed } = analyzeBlueprint(read.data, analysisContext(ice, read));
      return printGraph(graphOf(analyzed!), format, args, terminal); // the same analysis has just found no error
    } finally {
      await ice.close();
    }
  },
};

/** @throws IceError `ICE_USAGE`. */
export function formatOf({ own }: Arguments): Format {
  const format = formats.find((known) => known === own["format"]);
  if (format !== undefined) return format;
  throw new IceError("ICE_USAGE", `There is no format "${String(own["format"])}".`, {
    fix: `use ${formats.join(", ")}`,
  });
}

/** What the analysis of a file looks things up in. */
export function analysisContext({ runtime, limits }: Ice, { path }: Pick<CheckedFile, "path">): AnalysisContext {
  return { runtime, limits, loader: runtime.use(BlueprintLoader), ...(path !== undefined && { base: path }) };
}

export function printGraph(graph: BlueprintGraph, format: Format, { flags }: Arguments, terminal: Terminal): number {
  if (format === "json") printJson(terminal, graph);
  else {
    const text = format === "mermaid" ? toMermaid(graph) : toDot(graph);
    if (flags.json) printJson(terminal, { format, text });
    else terminal.stdout.write(printable(text));
  }
  return exitCodes.completed;
}
