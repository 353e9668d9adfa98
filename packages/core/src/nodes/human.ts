import { z } from "zod";
import { jsonValueSchema, jsonSchemaSchema } from "../json/value-schemas.ts";
import { HumanTaskService } from "../services/human-task-service.ts";
import { defineNode } from "./define-node.ts";

export const humanNode = defineNode({
  type: "human",
  description: "Asks a person and waits, for days if necessary. Never approves by itself.",
  config: z.object({
    promptMessage: z
      .string()
      .describe("Question to the person; template allowed. With the choices and the rest at most 256 KiB as JSON."),
    approvalType: z
      .enum(["approval", "input", "choice"])
      .describe("Yes or no, free or typed input, or one of `choices`."),
    choices: z.array(z.string().min(1).max(200)).optional().describe("The choices, at least 2."),
    responseSchema: jsonSchemaSchema.optional().describe("JSON Schema of the answer to an `input`."),
    timeoutSeconds: z
      .number()
      .positive()
      .max(31_536_000)
      .optional()
      .describe("Deadline for the answer, in seconds. Default none."),
    onTimeout: z
      .union([
        z.enum(["fail", "reject"]),
        z.strictObject({ output: jsonValueSchema }),
        z.strictObject({ escalateTo: z.string().min(1).max(200), timeoutSeconds: z.number().positive() }),
      ])
      .default("fail")
      .describe(
        "What happens when the deadline passes (none without `timeoutSeconds`): fail, reject, { output: <template> }, or { escalateTo, timeoutSeconds }. Default fail.",
      ),
    assignees: z
      .array(z.string().min(1).max(200))
      .optional()
      .describe("Who may answer, each name at most 200 characters. Default anyone."),
  }),
  declares: z.object({
    approved: z
      .boolean()
      .nullable()
      .describe(
        "The decision; true for any answer to an `input` or a `choice`, null when the response comes from `onTimeout`.",
      ),
    choice: z.string().nullable().describe("The answer to a `choice`, else null."),
    response: z.unknown().describe("The answer to an `input`, or the output of `onTimeout`; else null."),
    respondedBy: z.string().nullable().describe("Who answered; null when unknown."),
    respondedAt: z.number().nullable().describe("Time of the answer, in epoch milliseconds; null without an answer."),
    timedOut: z.boolean().describe("Whether the deadline passed."),
    escalated: z.boolean().describe("Whether the question was escalated."),
  }),
  sideEffects: "none",
  caches: false,
  holdsSlot: false,
  suspends: true,
  needs: [HumanTaskService],
  retries: false,
  fields: {
    promptMessage: { syntax: "template" },
    onTimeout: { syntax: "template" },
    responseSchema: { syntax: "schema" },
  },
  refine: (node) => {
    const choices = node.choices;
    const isChoice = node.approvalType === "choice";
    if (isChoice && (choices === undefined || new Set(choices).size < 2))
      return [{ field: "choices", message: "a choice needs at least two different `choices`" }];
    if (!isChoice && choices !== undefined)
      return [{ field: "choices", message: "`choices` requires `approvalType: choice`" }];
    if (node.approvalType !== "input" && node.responseSchema !== undefined)
      return [{ field: "responseSchema", message: "`responseSchema` requires `approvalType: input`" }];
    return [];
  },
  lint: (node) =>
    node.timeoutSeconds === undefined && node.onTimeout !== "fail"
      ? [{ field: "onTimeout", message: "`onTimeout` has no effect without a deadline", fix: "add `timeoutSeconds`" }]
      : [],
});
