import { defineTool, Tenants, type Json } from "@ice/core";
import { z } from "zod";

/** Sends a signal to a run of the same tenant. A repeated attempt sends nothing new. */
export const signalTool = defineTool({
  name: "signal",
  description: "Sends a signal to this run, or to another one of the same tenant.",
  sideEffects: "idempotent",
  args: z.strictObject({
    name: z.string().describe("Name of the signal: letters, digits and `._:-`, at most 128 characters."),
    payload: z
      .custom<Json>(() => true)
      .meta({ description: "Any JSON value." })
      .default(null)
      .describe("What the signal says, at most 1 MiB as JSON. Default null."),
    runId: z.string().optional().describe("Id of the run. Default: this one."),
  }),
  output: z.object({
    runId: z.string().describe("Id of the run."),
    signal: z.string().describe("Name of the signal."),
  }),
  async run({ name, payload, runId: to }, { runId, tenant, path, callId, use }) {
    const { runs } = use(Tenants).of(tenant);
    // A program that calls the tool is no node of a run: each of its calls is a signal of its own.
    const sender = runId === "" ? {} : { id: callId, by: `${runId}:${path}`.slice(0, 200) };
    const sent = await runs.signal(to ?? runId, name, { payload, ...sender });
    return { runId: sent.runId, signal: sent.signal };
  },
});
