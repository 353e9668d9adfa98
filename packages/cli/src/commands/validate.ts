import { defineCommand } from "../args/command.ts";
import { withIce } from "../config/start-ice.ts";
import { readBlueprint } from "../files/read-blueprint.ts";
import { reportIssues } from "../output/issue-report.ts";

export const validateCommand = defineCommand({
  usage: ["validate FILE"],
  summary: "Check a blueprint and report every issue at once",
  maxOperands: 1,
  flags: {},
  examples: ["ice validate report.yaml", "cat report.yaml | ice validate - --json"],
  execute(context) {
    const [file] = context.operands;
    return withIce(context, { file }, async (ice) => reportIssues(ice, await readBlueprint(ice, file)));
  },
});
