import { defineTool, IceError, jsonObjectSchema, type ToolDefinition } from "@ice/core";
import { z } from "zod";
import type { Clock } from "@ice/core";

/** Tools for examples and tests, part of the orchestrator so that a first workflow needs nothing else. */
export const demoTools = (clock: Clock): readonly ToolDefinition[] => [echo, sleepTool(clock), fail];

const echo = defineTool({
  name: "echo",
  description: "Returns its arguments.",
  sideEffects: "none",
  args: jsonObjectSchema.describe("Anything."),
  output: jsonObjectSchema.describe("The arguments."),
  run: (args) => args,
});

const sleepTool = (clock: Clock) =>
  defineTool({
    name: "sleep",
    description: "Waits, and returns the time waited.",
    sideEffects: "none",
    args: z.strictObject({ ms: z.number().min(0).max(86_400_000).describe("Milliseconds to wait, at most one day.") }),
    output: z.object({ ms: z.number().describe("Milliseconds that it waited for.") }),
    run: ({ ms }, { signal }) =>
      new Promise<{ ms: number }>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const onAbort = (): void => {
          cancel();
          reject(signal.reason as Error);
        };
        const cancel = clock.setTimer(ms, () => {
          signal.removeEventListener("abort", onAbort);
          resolve({ ms });
        });
        signal.addEventListener("abort", onAbort, { once: true });
      }),
  });

const fail = defineTool({
  name: "fail",
  description: "Fails on purpose: for tests of failures, and as a stop condition.",
  sideEffects: "none",
  args: z.strictObject({
    message: z.string().default("failed on purpose").describe("Message of the error."),
    code: z.string().min(1).default("ICE_NODE_FAILED").describe("Code of the error."),
    retryable: z.boolean().default(true).describe("Whether another attempt can succeed. Default true."),
    untilAttempt: z.int().min(0).optional().describe("Fails on attempts 1 to n, then returns { attempt }."),
  }),
  output: z.object({ attempt: z.number().describe("Number of the attempt that succeeded, from 1.") }),
  run({ message, code, retryable, untilAttempt }, { attempt }) {
    if (untilAttempt !== undefined && attempt > untilAttempt) return { attempt };
    throw new IceError(code, message, { retryable });
  },
});
