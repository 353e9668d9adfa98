import { IceError } from "@ice/core";
import { didYouMean } from "@ice/core/internal";
import { apiFlag } from "../args/api-flag.ts";
import { defineCommand } from "../args/command.ts";
import { jsonFlag } from "../inputs/json-flag.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printJson } from "../output/print-json.ts";
import { withRuns } from "../remote/with-runs.ts";
import { nextStep } from "../run/next-step.ts";

export const signalCommand = defineCommand({
  usage: ["signal RUN NAME"],
  summary: "Send a signal to a run",
  details:
    "A node that waits for it takes it, now or later. The signal is recorded; continue a suspended run with `ice resume`.",
  maxOperands: 2,
  flags: {
    data: { type: "text", value: "JSON", help: "Payload of the signal (default null)" },
    id: { type: "text", value: "ID", help: "Id of the signal: the same id twice is one signal (default a new one)" },
    as: { type: "name", value: "NAME", help: "Name of who sends it" },
    ...apiFlag,
  },
  examples: ["ice signal order-4711 paid --data '{\"amount\": 12}'", "ice signal nightly stop --as kim"],
  execute(context) {
    const [runId, name] = context.operands;
    if (runId === undefined || name === undefined)
      throw new IceError("ICE_USAGE", "Which signal, to which run?", { fix: "write: ice signal RUN NAME" });
    const { data, id, as: by } = context.flags;
    const payload = data === undefined ? null : jsonFlag("--data", data, "ICE_SIGNAL_INVALID");
    return withRuns(context, { existing: { runId } }, async (ice) => {
      const { terminal, paintOutput, flags, runs } = ice;
      const { waiting = [] } = flags.json || flags.quiet ? {} : await runs.show(runId);
      const sent = await runs.signal(runId, name, { payload, id, by });
      if (flags.json) printJson(terminal, sent);
      else
        terminal.stdout.write(
          `${paintOutput("green", sent.duplicate ? "known already" : "recorded")}; ${await nextStep(ice, runId)}\n`,
        );
      const awaited = waiting.flatMap(({ signals = [] }) => signals);
      const meant = sent.duplicate || awaited.includes(name) ? "" : didYouMean(name, awaited);
      if (meant !== "") terminal.stderr.write(`no node waits for "${name}" now; ${meant}\n`);
      return exitCodes.completed;
    });
  },
});
