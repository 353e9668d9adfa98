import { HumanTaskService, IceError, RunStore, type HumanAnswer, type Json } from "@ice/core";
import { readJson, type ReadJson } from "@ice/core/internal";
import { defineCommand } from "../args/command.ts";
import type { Flags, FlagValues } from "../args/flags.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { losesDigits } from "../inputs/exact-inputs.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { networkOf } from "../run/network-of.ts";

const flags = {
  approve: { type: "boolean", help: "Approve the request" },
  reject: { type: "boolean", help: "Reject the request" },
  choice: { type: "text", value: "CHOICE", help: "Answer a request for a choice" },
  data: { type: "text", value: "JSON", help: "Answer a request for input" },
  as: { type: "name", value: "NAME", help: "Name of the person who answers" },
} as const satisfies Flags;

export const respondCommand = defineCommand({
  usage: ["respond RUN PATH"],
  summary: "Answer a request of a run",
  details: "The first answer wins. The answer is recorded; continue a suspended run with `ice resume`.",
  maxOperands: 2,
  flags,
  examples: ["ice respond nightly approve --approve --as kim", "ice respond nightly 'items[3].price' --data 12.5"],
  execute(context) {
    const [runId, path] = context.operands;
    if (runId === undefined || path === undefined)
      throw new IceError("ICE_USAGE", "Which request?", { fix: "write: ice respond RUN PATH --approve" });
    const answer = answerOf(context.flags);
    const by = context.flags.as;
    return withIce(context, { existing: { runId } }, async (ice) => {
      const { terminal, paintOutput, flags } = ice;
      const options = { by };
      const receipt = await ice.runtime.use(HumanTaskService).respond(runId, path, answer, options);
      if (flags.json) printJson(terminal, receipt);
      else terminal.stdout.write(`${paintOutput("green", "recorded")}; ${await nextStep(ice, runId)}\n`);
      return exitCodes.completed;
    });
  },
});

/** How a run with a new answer continues. */
async function nextStep(ice: IceContext, runId: string): Promise<string> {
  const run = await ice.runtime.use(RunStore).summary(runId);
  if (run.status === "running") return "the process that runs it continues by itself";
  const network = await networkOf(ice, run);
  const resume = ice.commandLine("resume", network?.runId ?? runId);
  if (network?.status !== "running") return `continue with: ${resume}`;
  return `once the network ${network.runId} is suspended, continue with: ${resume}`;
}

function answerOf({ approve, reject, choice, data }: FlagValues<typeof flags>): HumanAnswer {
  const answers: HumanAnswer[] = [
    ...(approve ? [{ approved: true }] : []),
    ...(reject ? [{ approved: false }] : []),
    ...(choice === undefined ? [] : [{ choice }]),
    ...(data === undefined ? [] : [{ response: jsonOf(data) }]),
  ];
  const [answer] = answers;
  if (answer !== undefined && answers.length === 1) return answer;
  throw new IceError(
    "ICE_USAGE",
    answer === undefined ? "What is the answer?" : "The options of an answer exclude each other.",
    {
      fix: "pass exactly one of --approve, --reject, --choice, --data",
    },
  );
}

function jsonOf(text: string): Json {
  let read: ReadJson;
  try {
    read = readJson(text);
  } catch (cause) {
    throw new IceError("ICE_USAGE", "--data is not JSON.", { cause, fix: `quote a string: --data '"text"'` });
  }
  const { value, inexact } = read;
  if (inexact === undefined) return value;
  throw new IceError("ICE_RESPONSE_INVALID", `At /response${inexact.pointer}: ${losesDigits(inexact.source)}.`, {
    fix: "keep integers within ±2^53, or write a string in quotes",
  });
}
