import { IceError } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import { apiFlag } from "../args/api-flag.ts";
import { runOperand } from "../args/operands.ts";

import { readBlueprint } from "../files/read-blueprint.ts";
import { hasErrors, reportIssues } from "../output/issue-report.ts";
import { checkDetach, detachFlag, printQueued } from "../run/detach.ts";
import { followNetwork } from "../run/follow-network.ts";
import { followFlags, followRun } from "../run/follow-run.ts";
import { withRuns } from "../remote/with-runs.ts";
import { resumeDue } from "./resume-due.ts";

export const resumeCommand = defineCommand({
  usage: ["resume RUN [FILE]", "resume --due"],
  summary: "Continue a suspended or interrupted run",
  details: "Completed nodes do not run again. For a run that has ended, its result is printed.",
  maxOperands: 2,
  flags: {
    ...followFlags,
    detach: detachFlag("FILE, --due, --wait, --stay, --no-cache, --as, --api"),
    due: { type: "boolean", help: "Continue every suspended run in which the time has come for something" },
    force: { type: "boolean", help: "Continue with FILE even if it is a different blueprint" },
    ...apiFlag,
  },
  examples: ["ice resume 01a20fab-7a80-7f7c-922b-53e6a07aabd8", "ice resume nightly --wait --json", "ice resume --due"],
  execute(context) {
    const { force, due, detach } = context.flags;
    if (due && context.operands.length > 0)
      throw new IceError("ICE_USAGE", "--due stands in place of a run.", { fix: "remove --due, or the run" });
    checkDetach(context.flags);
    if (due) return withRuns(context, { existing: { runId: undefined } }, resumeDue);
    const file = context.operands[1];
    const runId = runOperand(context.operands[0]);
    if (force && file === undefined)
      throw new IceError("ICE_USAGE", "--force requires a FILE, the blueprint to continue with.", {
        fix: "add the FILE after the run, or remove --force",
      });
    if (detach && file !== undefined)
      throw new IceError("ICE_USAGE", "--detach leaves the run, with the blueprint that it has kept, to workers.", {
        fix: "remove --detach or FILE",
      });
    return withRuns(context, { file, existing: { runId }, opens: { atOnce: detach } }, async (ice) => {
      if (detach) {
        const queued = await ice.runs.handOn(runId);
        if (queued !== undefined) return printQueued(ice, queued);
      }
      const read = file === undefined ? undefined : await readBlueprint(ice, file);
      if (read !== undefined && (hasErrors(read) || read.workflow === undefined)) return reportIssues(ice, read);
      const { networks } = ice;
      if (read === undefined && (await networks.has(runId)))
        return followNetwork(ice, (options) => networks.resume(runId, options));
      const workflow = read?.workflow;
      return followRun(ice, (options) => ice.runs.resume(runId, { ...options, force, workflow }));
    });
  },
});
