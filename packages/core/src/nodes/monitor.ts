import { z } from "zod";
import { defineNode } from "./define-node.ts";

/** The value of `metrics` in monitors: counters of the run, without monitors. */
const metricNames = [
  "elapsedMs",
  "totalTokens",
  "costUsd",
  "llmCalls",
  "toolCalls",
  "nodesCompleted",
  "nodesFailed",
  "nodesSkipped",
  "nodesRunning",
  "retries",
] as const;

/** The type of `metrics` in monitors. */
export type RunMetrics = Readonly<Record<(typeof metricNames)[number], number>>;

export const monitorNode = defineNode({
  type: "monitor",
  description: "Watches metrics of the run while other nodes run, and alerts, pauses or aborts.",
  config: z.object({
    metricExpression: z
      .string()
      .describe("CEL boolean over `metrics` and dependencies; a change from false to true triggers."),
    watch: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Ids of siblings to watch. Default: all that are not monitors and do not depend on it."),
    checkIntervalSeconds: z
      .number()
      .min(0.01)
      .max(86_400)
      .default(5)
      .describe("Time between checks, in seconds. Default 5."),
    actionOnTrigger: z.enum(["alert", "pause", "abort"]).describe("What happens on a trigger."),
    alertChannels: z.array(z.string().min(1)).default(["log"]).describe("Names of registered channels. Default log."),
  }),
  declares: z.object({
    triggered: z.boolean().describe("Whether it triggered at least once."),
    checks: z.number().describe("Number of evaluations of the expression."),
    triggerCount: z.number().describe("Number of changes from false to true."),
    action: z.string().describe("`actionOnTrigger`."),
    lastValue: z.unknown().describe("Value of the last evaluation."),
  }),
  sideEffects: "idempotent",
  holdsSlot: false,
  observes: true,
  caches: false,
  fields: {
    metricExpression: {
      syntax: "expression",
      result: "boolean",
      phase: "lazy",
      locals: ["metrics"],
      members: { metrics: metricNames },
    },
  },
  uses: (node) => ({
    siblings: (node.watch ?? []).map((id, index) => ({ id, keys: ["watch", index] })),
    channels: node.alertChannels.map((name, index) => ({ name, keys: ["alertChannels", index] })),
  }),
});
