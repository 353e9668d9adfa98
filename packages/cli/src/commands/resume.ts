import { IceError, NetworkCoordinatorFactory, WorkflowExecutionService } from "@ice/core";
import type { Command } from "../args/command.ts";
import { startIce } from "../config/start-ice.ts";
import { hasErrors, readBlueprint } from "../files/read-blueprint.ts";
import { followNetwork } from "../run/follow-network.ts";
import { followingOf, followRun } from "../run/follow-run.ts";
import { reportIssues } from "./validate.ts";

export const resumeCommand: Command = {
  usage: "resume RUN [FILE]",
  summary:
    "Continues a suspended or interrupted run; finished nodes do not run again. Of an ended run it prints the result.",
  operands: 2,
  options: {
    wait: { type: "boolean", default: false },
    force: { type: "boolean", default: false },
    as: { type: "string" },
  },
  flags: [
    ["--wait", "stay for answers and deadlines instead of suspending"],
    ["--as NAME", "who answers at the terminal; default: whoever is asked says so when it matters"],
    ["--force", "continue with FILE although it is another blueprint"],
  ],
  examples: ["ice resume 01a20fab-7a80-7f7c-922b-53e6a07aabd8", "ice resume nightly --wait --json"],
  async execute(args, terminal, paint) {
    const [runId, file] = args.positionals;
    if (runId === undefined) throw new IceError("ICE_USAGE", "Which run?", { fix: "see ice runs list" });
    if (args.own["force"] === true && file === undefined)
      throw new IceError("ICE_USAGE", "--force continues with another blueprint, and there is no FILE.", {
        fix: "name the FILE behind the run, or remove --force",
      });
    const ice = await startIce(terminal, args.flags, { file, looks: { runId } });
    try {
      const read = file === undefined ? undefined : await readBlueprint(ice, terminal, file);
      if (read !== undefined && (hasErrors(read) || read.workflow === undefined))
        return reportIssues(read, args, terminal, paint);
      const following = followingOf(args);
      const networks = ice.runtime.use(NetworkCoordinatorFactory);
      if (read === undefined && (await networks.has(runId)))
        return await followNetwork(ice, following, terminal, paint, (options) => networks.resume(runId, options));
      const workflow = read?.workflow;
      const force = args.own["force"] === true;
      return await followRun(ice, following, terminal, paint, (options) =>
        ice.runtime
          .use(WorkflowExecutionService)
          .resume(runId, { ...options, force, ...(workflow !== undefined && { workflow }) }),
      );
    } finally {
      await ice.close();
    }
  },
};
