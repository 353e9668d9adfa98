import { z } from "zod";
import { skipReasons } from "./result.ts";

// What servers answer. Objects are loose: a later release may add fields. JSON values are unknown, because a schema of any JSON
// refers to itself, which not every reader of OpenAPI understands.

const milliseconds = z.number().meta({ description: "Epoch milliseconds." });
const json = z.unknown().meta({ description: "Any JSON value." });
const object = z.record(z.string(), z.unknown());

/** The schema of an error as data. */
export const errorRecordSchema = z
  .looseObject({
    code: z.string(),
    message: z.string(),
    path: z.string().optional().meta({ description: "Path of the innermost node in which it occurred." }),
    fix: z.string().optional(),
    details: object.optional(),
  })
  .meta({ id: "ErrorRecord" });

/** The schema of a status of a stored run. */
export const observedStatusSchema = z
  .enum(["completed", "failed", "cancelled", "suspended", "running", "interrupted", "queued"])
  .meta({ id: "RunStatus" });

/** The schema of a status of a node. */
export const nodeStatusSchema = z
  .enum(["completed", "failed", "skipped", "cancelled", "waiting", "running"])
  .meta({ id: "NodeStatus" });

/** The schema of how a node ended. */
export const nodeRecordSchema = z
  .looseObject({
    type: z.string(),
    status: nodeStatusSchema,
    attempts: z.int().min(0),
    startedAt: milliseconds.optional(),
    endedAt: milliseconds.optional(),
    durationMs: z.number().optional(),
    output: json.optional(),
    error: errorRecordSchema.optional(),
    skipReason: z.enum(skipReasons).optional(),
    recovered: z.boolean().optional(),
    cached: z.boolean().optional(),
  })
  .meta({ id: "NodeRecord" });

/** The schema of what a suspended run waits for. */
export const waitingNodeSchema = z
  .looseObject({
    path: z.string(),
    kind: z.enum(["human", "timer", "signal", "run", "pause"]),
    promptMessage: z.string().optional(),
    approvalType: z.enum(["approval", "input", "choice"]).nullable().optional(),
    choices: z.array(z.string()).optional(),
    responseSchema: object.nullable().optional(),
    assignees: z.array(z.string()).optional(),
    signals: z.array(z.string()).optional(),
    resumeAt: milliseconds.nullable().optional(),
    expiresAt: milliseconds.nullable().optional(),
  })
  .meta({ id: "WaitingNode" });

/** The schema of the result of a run. */
export const runResultSchema = z
  .looseObject({
    runId: z.string(),
    workflow: z.looseObject({ name: z.string(), version: z.string() }),
    status: observedStatusSchema,
    inputs: object.optional(),
    output: object,
    nodes: z.record(z.string(), nodeRecordSchema).optional(),
    usage: z.record(z.string(), z.number()),
    error: errorRecordSchema.optional(),
    waiting: z.array(waitingNodeSchema).optional(),
    startedBy: z.looseObject({ runId: z.string(), path: z.string() }).optional(),
    startedAt: milliseconds,
    endedAt: milliseconds,
    durationMs: z.number(),
  })
  .meta({ id: "RunResult" });

/** The schema of the result of a network: its workflows have results of their own. */
export const networkResultSchema = z
  .looseObject({
    runId: z.string(),
    name: z.string(),
    status: observedStatusSchema,
    workflows: z.record(z.string(), z.looseObject({ status: z.string() })),
    waiting: z.array(z.string()).optional(),
    error: errorRecordSchema.optional(),
  })
  .meta({ id: "NetworkResult" });
