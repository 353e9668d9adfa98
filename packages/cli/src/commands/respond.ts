import { IceError, type HumanAnswer } from "@ice/core";
import { apiFlag } from "../args/api-flag.ts";
import { defineCommand } from "../args/command.ts";
import type { Flags, FlagValues } from "../args/flags.ts";
import { jsonFlag } from "../inputs/json-flag.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { withRuns } from "../remote/with-runs.ts";
import { nextStep } from "../run/next-step.ts";

const flags = {
  approve: { type: "boolean", help: "Approve the request" },
  reject: { type: "boolean", help: "Reject the request" },
  choice: { type: "text", value: "CHOICE", help: "Answer a request for a choice" },
  data: { type: "text", value: "JSON", help: "Answer a request for input" },
  as: { type: "name", value: "NAME", help: "Name of the person who answers" },
  ...apiFlag,
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
    return withRuns(context, { existing: { runId } }, async (ice) => {
      const { terminal, paintOutput, flags } = ice;
      const options = { by };
      const receipt = await ice.tasks.respond(runId, path, answer, options);
      if (flags.json) printJson(terminal, receipt);
      else terminal.stdout.write(`${paintOutput("green", "recorded")}; ${await nextStep(ice, runId)}\n`);
      return exitCodes.completed;
    });
  },
});

function answerOf({ approve, reject, choice, data }: FlagValues<typeof flags>): HumanAnswer {
  const answers: HumanAnswer[] = [
    ...(approve ? [{ approved: true }] : []),
    ...(reject ? [{ approved: false }] : []),
    ...(choice === undefined ? [] : [{ choice }]),
    ...(data === undefined ? [] : [{ response: jsonFlag("--data", data, "ICE_RESPONSE_INVALID", "/response") }]),
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
