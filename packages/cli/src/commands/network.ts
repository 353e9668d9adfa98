import { graphOf } from "@ice/builder";
import { analyzeNetwork } from "@ice/core/internal";
import { defineCommand } from "../args/command.ts";
import type { Flags } from "../args/flags.ts";
import { verbOf } from "../args/verbs.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { analyzeFile, readNetwork } from "../files/read-blueprint.ts";
import { hasErrors, reportIssues, reportWarnings } from "../output/issue-report.ts";
import { checkDetach, detachFlag, printQueued, priorityFlag, queueOptions } from "../run/detach.ts";
import { followNetwork } from "../run/follow-network.ts";
import { followFlags, runIdFlag } from "../run/follow-run.ts";
import { graphFlags, printGraph } from "./graph.ts";

const flags = {
  runId: {
    ...runIdFlag,
    verb: "run",
    help: "ID of the run (default a new one); the runs of its workflows are ID.WORKFLOW",
  },
  wait: { ...followFlags.wait, verb: "run" },
  stay: { ...followFlags.stay, verb: "run" },
  noCache: { ...followFlags.noCache, verb: "run" },
  as: { ...followFlags.as, verb: "run" },
  detach: { ...detachFlag("--wait, --stay, --no-cache, --as"), verb: "run" },
  priority: { ...priorityFlag, verb: "run" },
  format: { ...graphFlags.format, verb: "graph" },
} as const satisfies Flags;

type Verb = (context: IceContext<typeof flags>, file: string | undefined) => Promise<number>;

const run: Verb = async (context, file) => {
  const read = await readNetwork(context, file);
  const { network } = read;
  if (hasErrors(read) || network === undefined) return reportIssues(context, read);
  reportWarnings(context, read);
  const { runId, detach } = context.flags;
  const queued = queueOptions(context.flags);
  if (detach) return printQueued(context, await network.enqueue({ runId, ...queued }));
  return followNetwork(context, (options) => network.run({ ...options, runId }));
};

const validate: Verb = async (context, file) => reportIssues(context, await readNetwork(context, file));

const graph: Verb = async (context, file) => {
  const read = await analyzeFile(context, { file, noun: "network" }, analyzeNetwork);
  const { analyzed } = read;
  if (hasErrors(read) || analyzed === undefined) return reportIssues(context, read);
  return printGraph(context, graphOf(analyzed));
};

const verbs: Readonly<Record<string, Verb>> = { run, validate, graph };

export const networkCommand = defineCommand({
  usage: ["network run FILE", "network validate FILE", "network graph FILE"],
  summary: "Run, check or draw a network: several workflows with dependencies between them",
  details: "network run prints the outputs of the workflows; with --json the whole result.",
  maxOperands: 2,
  flags,
  examples: ["ice network run nightly.yaml --run-id nightly-2026-01-01", "ice network graph nightly.yaml --format dot"],
  execute(context) {
    const [name = "", file] = context.operands;
    const verb = verbOf("network", verbs, name, `use ${Object.keys(verbs).join(", ")}, each with a FILE`);
    checkDetach(context.flags);
    return withIce(context, { file, opens: { atOnce: context.flags.detach } }, (ice) => verb(ice, file));
  },
});
