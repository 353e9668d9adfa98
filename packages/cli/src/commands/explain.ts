import { IceError, WorkflowExecutionService } from "@ice/core";
import type { Command } from "../args/command.ts";
import { startIce } from "../config/start-ice.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { oneLine, shown } from "../terminal/printable.ts";

export const explainCommand: Command = {
  usage: "explain RUN",
  summary: "Says for each node that has not run which condition is not met.",
  operands: 1,
  options: {},
  flags: [],
  examples: ["ice explain nightly", "ice explain nightly --json"],
  async execute(args, terminal, paint) {
    const [runId] = args.positionals;
    if (runId === undefined) throw new IceError("ICE_USAGE", "Which run?", { fix: "see ice runs list" });
    const ice = await startIce(terminal, args.flags, { looks: { runId } });
    try {
      const explanations = await ice.runtime.use(WorkflowExecutionService).explain(runId);
      if (args.flags.json) printJson(terminal, { runId, nodes: explanations });
      else if (explanations.length === 0) terminal.stdout.write("every node has run\n");
      else
        for (const { path, status, reason } of explanations)
          terminal.stdout.write(`${paint("bold", shown(path))} ${paint("yellow", status)}: ${oneLine(reason)}\n`);
      return exitCodes.completed;
    } finally {
      await ice.close();
    }
  },
};
