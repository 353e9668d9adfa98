import { graphOf } from "@ice/builder";
import { analyzeNetwork, IceError } from "@ice/core";
import type { Arguments } from "../args/arguments.ts";
import type { Command } from "../args/command.ts";
import { startIce, type Ice } from "../config/start-ice.ts";
import { hasErrors, readNetwork } from "../files/read-blueprint.ts";
import { followNetwork } from "../run/follow-network.ts";
import { followingOf } from "../run/follow-run.ts";
import type { Paint, Terminal } from "../terminal/terminal.ts";
import { analysisContext, formatOf, printGraph } from "./graph.ts";
import { reportIssues } from "./validate.ts";

type Verb = (ice: Ice, args: Arguments, terminal: Terminal, paint: Paint) => Promise<number>;

export const networkCommand: Command = {
  usage: "network run FILE | network validate FILE | network graph FILE",
  summary: "Runs, checks or draws a network: several workflows with dependencies between them.",
  operands: 2,
  options: {
    "run-id": { type: "string" },
    wait: { type: "boolean", default: false },
    as: { type: "string" },
    format: { type: "string", default: "mermaid" },
  },
  flags: [
    ["--run-id ID", "run: id of the run; default a new one. Its workflows have the runs ID.WORKFLOW"],
    ["--wait", "run: stay for answers and deadlines instead of suspending"],
    ["--as NAME", "run: who answers at the terminal; default: whoever is asked says so when it matters"],
    ["--format F", "graph: mermaid (default), dot, or json ({ nodes, edges })"],
  ],
  examples: ["ice network run nightly.yaml --run-id nightly-2026-01-01", "ice network graph nightly.yaml --format dot"],
  async execute(args, terminal, paint) {
    const [name = "", file] = args.positionals;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb === undefined)
      throw new IceError("ICE_USAGE", `network has no verb "${name}".`, {
        fix: `use ${Object.keys(verbs).join(", ")}, each with a FILE`,
      });
    const ice = await startIce(terminal, args.flags, { file });
    try {
      return await verb(ice, args, terminal, paint);
    } finally {
      await ice.close();
    }
  },
};

const run: Verb = async (ice, args, terminal, paint) => {
  const { flags, own, positionals } = args;
  const read = await readNetwork(ice, terminal, positionals[1]);
  const { network } = read;
  if (hasErrors(read) || network === undefined) return reportIssues(read, args, terminal, paint);
  if (!flags.json && read.issues.length > 0) reportIssues(read, args, terminal, paint);
  const runId = own["run-id"];
  return followNetwork(ice, followingOf(args), terminal, paint, (options) =>
    network.run({ ...options, ...(typeof runId === "string" && { runId }) }),
  );
};

const validate: Verb = async (ice, args, terminal, paint) =>
  reportIssues(await readNetwork(ice, terminal, args.positionals[1]), args, terminal, paint);

const graph: Verb = async (ice, args, terminal, paint) => {
  const format = formatOf(args);
  const read = await readNetwork(ice, terminal, args.positionals[1]);
  if (hasErrors(read)) return reportIssues(read, args, terminal, paint);
  const { analyzed } = analyzeNetwork(read.data, analysisContext(ice, read));
  return printGraph(graphOf(analyzed!), format, args, terminal);
};

const verbs: Readonly<Record<string, Verb>> = { run, validate, graph };
