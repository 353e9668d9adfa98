import { apiFlag } from "../args/api-flag.ts";
import { defineCommand } from "../args/command.ts";
import { runOperand } from "../args/operands.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { oneLine, shown } from "../terminal/printable.ts";
import { withRuns } from "../remote/with-runs.ts";

export const explainCommand = defineCommand({
  usage: ["explain RUN"],
  summary: "Show which condition prevents each node from running",
  maxOperands: 1,
  flags: apiFlag,
  examples: ["ice explain nightly", "ice explain nightly --json"],
  execute(context) {
    const { terminal, flags, paintOutput: paint } = context;
    const runId = runOperand(context.operands[0]);
    return withRuns(context, { existing: { runId } }, async ({ runs }) => {
      const explanations = await runs.explain(runId);
      if (flags.json) printJson(terminal, { runId, nodes: explanations });
      else if (explanations.length === 0) terminal.stdout.write("every node has run\n");
      else
        for (const { path, status, reason } of explanations)
          terminal.stdout.write(`${paint("bold", shown(path))} ${paint("yellow", status)}: ${oneLine(reason)}\n`);
      return exitCodes.completed;
    });
  },
});
