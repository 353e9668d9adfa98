import { apiFlag } from "../args/api-flag.ts";
import { defineCommand } from "../args/command.ts";
import { readBlueprint } from "../files/read-blueprint.ts";
import { reportIssues } from "../output/issue-report.ts";
import { withRuns } from "../remote/with-runs.ts";

export const validateCommand = defineCommand({
  usage: ["validate FILE"],
  summary: "Check a blueprint and report every issue at once",
  maxOperands: 1,
  flags: apiFlag,
  examples: ["ice validate report.yaml", "cat report.yaml | ice validate - --json"],
  execute(context) {
    const [file] = context.operands;
    return withRuns(context, { file }, async (ice) => reportIssues(ice, await readBlueprint(ice, file)));
  },
});
