import { analyzeBlueprint, BlueprintLoader, IceError } from "@ice/core";
import { graphOf, toDot, toMermaid } from "@ice/builder";
import { resolve } from "node:path";
import { printJson, type Command } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { hasErrors, readBlueprint } from "../read-blueprint.ts";
import { startIce } from "../start-ice.ts";
import { reportIssues } from "./validate.ts";

const formats = ["mermaid", "dot", "json"] as const;

export const graphCommand: Command = {
  usage: "graph FILE",
  summary: "Draws a blueprint as text.",
  options: { format: { type: "string", default: "mermaid" } },
  flags: [["--format F", "mermaid (default), dot, or json ({ nodes, edges })"]],
  examples: ["ice graph report.yaml > report.mmd", "ice graph report.yaml --format dot | dot -Tsvg > report.svg"],
  async execute(args, terminal, paint) {
    const format = formats.find((known) => known === args.own["format"]);
    if (format === undefined)
      throw new IceError("ICE_USAGE", `There is no format "${String(args.own["format"])}".`, {
        fix: `use ${formats.join(", ")}`,
      });
    const [file] = args.positionals;
    const ice = await startIce(terminal, args.flags, { file });
    try {
      const read = await readBlueprint(ice, terminal, file);
      if (hasErrors(read)) return reportIssues(read, args, terminal, paint);
      const loader = ice.runtime.use(BlueprintLoader);
      const { analyzed } = analyzeBlueprint(read.data, {
        runtime: ice.runtime,
        loader,
        base: resolve(terminal.cwd, read.file),
      });
      const graph = graphOf(analyzed!);
      if (format === "json") printJson(terminal, graph);
      else {
        const text = format === "mermaid" ? toMermaid(graph) : toDot(graph);
        if (args.flags.json) printJson(terminal, { format, text });
        else terminal.stdout.write(text);
      }
      return exitCodes.completed;
    } finally {
      await ice.close();
    }
  },
};
