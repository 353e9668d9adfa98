import {
  HumanTaskService,
  IceError,
  readJson,
  WorkflowExecutionService,
  type HumanAnswer,
  type Json,
  type ReadJson,
} from "@ice/core";
import { nameOf, type Arguments } from "../args/arguments.ts";
import { commandLineLike, type CommandLine } from "../args/command-line.ts";
import type { Command } from "../args/command.ts";
import { startIce, type Ice } from "../config/start-ice.ts";
import { losesDigits } from "../inputs/exact-inputs.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { networkOf } from "../run/network-of.ts";

export const respondCommand: Command = {
  usage: "respond RUN PATH",
  summary: "Records one answer to what a run asks. The first answer wins; the run itself continues with `ice resume`.",
  operands: 2,
  options: {
    approve: { type: "boolean", default: false },
    reject: { type: "boolean", default: false },
    choice: { type: "string" },
    data: { type: "string" },
    as: { type: "string" },
  },
  flags: [
    ["--approve, --reject", "answer an approval"],
    ["--choice C", "answer a choice"],
    ["--data JSON", "answer an input"],
    ["--as NAME", "who answers"],
  ],
  examples: ["ice respond nightly approve --approve --as kim", "ice respond nightly 'items[3].price' --data 12.5"],
  async execute(args, terminal, paint) {
    const [runId, path] = args.positionals;
    if (runId === undefined || path === undefined)
      throw new IceError("ICE_USAGE", "Which request?", { fix: "write: ice respond RUN PATH --approve" });
    const answer = answerOf(args);
    const by = nameOf(args.own["as"]);
    const ice = await startIce(terminal, args.flags, { looks: { runId } });
    try {
      const options = by === undefined ? {} : { by };
      const receipt = await ice.runtime.use(HumanTaskService).respond(runId, path, answer, options);
      if (args.flags.json) printJson(terminal, receipt);
      else
        terminal.stdout.write(
          `${paint("green", "recorded")}; ${await nextStep(ice, runId, commandLineLike(terminal, args.flags))}\n`,
        );
      return exitCodes.completed;
    } finally {
      await ice.close();
    }
  },
};

/** How a run with a new answer goes on. */
async function nextStep(ice: Ice, runId: string, command: CommandLine): Promise<string> {
  const isRunning = async (id: string): Promise<boolean> =>
    (await ice.runtime.use(WorkflowExecutionService).show(id)).status === "running";
  if (await isRunning(runId)) return "the process that has the run goes on by itself";
  const network = await networkOf(ice, runId);
  const resume = command("resume", network ?? runId);
  if (network === undefined || !(await isRunning(network))) return `continue with: ${resume}`;
  return `once the network ${network} is suspended, continue with: ${resume}`;
}

function answerOf({ own }: Arguments): HumanAnswer {
  const answers: HumanAnswer[] = [
    ...(own["approve"] === true ? [{ approved: true }] : []),
    ...(own["reject"] === true ? [{ approved: false }] : []),
    ...(typeof own["choice"] === "string" ? [{ choice: own["choice"] }] : []),
    ...(typeof own["data"] === "string" ? [{ response: jsonOf(own["data"]) }] : []),
  ];
  const [answer] = answers;
  if (answer !== undefined && answers.length === 1) return answer;
  throw new IceError("ICE_USAGE", answer === undefined ? "What is the answer?" : "One answer at a time.", {
    fix: "give exactly one of --approve, --reject, --choice, --data",
  });
}

function jsonOf(text: string): Json {
  let read: ReadJson;
  try {
    read = readJson(text);
  } catch (cause) {
    throw new IceError("ICE_USAGE", "--data is not JSON.", { cause, fix: `quote a text: --data '"text"'` });
  }
  const { value, inexact } = read;
  if (inexact === undefined) return value;
  throw new IceError("ICE_RESPONSE_INVALID", `At /response${inexact.path}: ${losesDigits(inexact.source)}.`, {
    fix: "keep integers within ±2^53, or write a string in quotes",
  });
}
