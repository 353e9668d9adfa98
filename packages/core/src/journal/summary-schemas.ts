import { z } from "zod";
import { observedStatusSchema } from "../result/result-schema.ts";

const milliseconds = z.number().meta({ description: "Epoch milliseconds." });

/** The schema of an entry of a list of runs. */
export const runSummarySchema = z
  .looseObject({
    runId: z.string(),
    workflow: z.string(),
    version: z.string(),
    kind: z.enum(["workflow", "network"]),
    startedBy: z.looseObject({ runId: z.string(), path: z.string() }).optional(),
    status: observedStatusSchema,
    startedAt: milliseconds,
    updatedAt: milliseconds,
    endedAt: milliseconds.optional(),
    resumeAt: milliseconds.optional(),
    nodes: z.int().optional().meta({ description: "How many nodes have ended so far." }),
    error: z
      .looseObject({ code: z.string(), message: z.string(), path: z.string().optional() })
      .optional()
      .meta({ description: "Why it failed or was cancelled." }),
    blocked: z
      .looseObject({ code: z.string(), message: z.string() })
      .optional()
      .meta({ description: "Why the worker that took it last could not go on with it." }),
    createdBy: z.string().optional(),
  })
  .meta({ id: "RunSummary" });

/** The schema of something that a run asks people. */
export const humanTaskSchema = z
  .looseObject({
    runId: z.string(),
    workflow: z.string(),
    path: z.string(),
    request: z.int(),
    requestedAt: milliseconds,
    promptMessage: z.string(),
    approvalType: z.enum(["approval", "input", "choice"]).nullable(),
    choices: z.array(z.string()),
    responseSchema: z.record(z.string(), z.unknown()).nullable(),
    assignees: z.array(z.string()),
    expiresAt: milliseconds.nullable(),
    escalated: z.boolean(),
    token: z.string().optional().meta({ description: "Answers exactly this request; only for those who may answer." }),
  })
  .meta({ id: "HumanTask" });
