import { z } from "zod";
import { jsonObjectSchema, jsonValueSchema } from "../json/value-schemas.ts";
import { skipReasons, type ErrorRecord, type NodeRecord, type Usage } from "../result/result.ts";

/**
 * Version of the records that this copy of core writes; it reads older ones too. 2: records of kind `step`. 3: waits for times and
 * signals, `takes`, `retryable`, `causes`, `end`, `resumeAt`, `cached`. A new kind or field raises it by one.
 */
export const journalRecordVersion = 3;

const errorRecordSchema: z.ZodType<ErrorRecord> = z.strictObject({
  code: z.string(),
  message: z.string(),
  path: z.string().optional(),
  fix: z.string().optional(),
  details: jsonObjectSchema.optional(),
}) as never;

const usageSchema: z.ZodType<Partial<Usage>> = z.strictObject({
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  totalTokens: z.number().optional(),
  costUsd: z.number().optional(),
  llmCalls: z.number().optional(),
  toolCalls: z.number().optional(),
  fuel: z.number().optional(),
  hostCalls: z.number().optional(),
  peakMemoryBytes: z.number().optional(),
}) as never;

const nodeRecordSchema: z.ZodType<NodeRecord> = z.strictObject({
  type: z.string(),
  status: z.enum(["completed", "failed", "skipped", "cancelled", "waiting"]),
  attempts: z.int().min(0),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
  durationMs: z.number().optional(),
  output: jsonValueSchema.optional(),
  error: errorRecordSchema.optional(),
  skipReason: z.enum(skipReasons).optional(),
  recovered: z.boolean().optional(),
  cached: z.boolean().optional(),
}) as never;

/** A request of a node to people. */
const humanRequestSchema = z.strictObject({
  kind: z.literal("human"),
  promptMessage: z.string(),
  approvalType: z.enum(["approval", "input", "choice"]).nullable(),
  choices: z.array(z.string()),
  responseSchema: jsonObjectSchema.nullable(),
  assignees: z.array(z.string()),
  /** Epoch milliseconds; null without a deadline. */
  expiresAt: z.number().nullable(),
  /** True once the request was escalated to the people in `escalateTo`. */
  escalated: z.boolean(),
});

/** A question to people. */
export type HumanRequest = z.output<typeof humanRequestSchema>;

/** A node that waits for a time or for signals. Times are epoch milliseconds. */
const signalWaitSchema = z.strictObject({
  kind: z.literal("wait"),
  /** Names of signals, of which one is taken; empty if it waits for a time only. */
  signals: z.array(z.string()),
  payloadSchema: jsonObjectSchema.nullable(),
  /** How many signals the run had when the wait began, if those do not count; otherwise 0. */
  after: z.int().min(0),
  /** When it goes on without a signal; null if never. */
  resumeAt: z.number().nullable(),
  /** When it fails without a signal; null if never. */
  expiresAt: z.number().nullable(),
});

/** A wait for a time or for signals. */
export type SignalWait = z.output<typeof signalWaitSchema>;

/** What a node waits for. */
export type WaitRequest = HumanRequest | SignalWait;

const at = z.number();
const path = z.string();

/**
 * One fact about a run, appended and never changed. Nodes are identified by path (`listings[3].price`), never by position or call
 * order, because nodes end in a different order after a resume.
 */
export const journalRecordSchema = z.discriminatedUnion("kind", [
  /** A node that has children, waits or has external effects starts an attempt. `fields`: its evaluated fields. */
  z.strictObject({
    kind: z.literal("started"),
    at,
    path,
    type: z.string(),
    attempt: z.int().min(1),
    fields: jsonObjectSchema.optional(),
    /** Ids of the dependencies that had arrived at an early join. */
    seen: z.array(z.string()).optional(),
    /** The queue in which the attempt waits for a worker that provides what it requires. */
    place: z.string().optional(),
  }),
  /** An attempt failed and another one follows at `retryAt`. `children`: the records below the path are void. */
  z.strictObject({
    kind: z.literal("attemptFailed"),
    at,
    path,
    attempt: z.int().min(1),
    retryAt: z.number(),
    error: errorRecordSchema,
    children: z.boolean(),
    usage: usageSchema.optional(),
  }),
  /**
   * A node has ended, or was skipped. Usage is its own, without children. `takes`: id of the signal that it has taken. Of a failure:
   * `retryable` if another attempt may succeed, and the codes of its causes, for the containers that retry or catch it.
   */
  z.strictObject({
    kind: z.literal("outcome"),
    at,
    path,
    node: nodeRecordSchema,
    usage: usageSchema.optional(),
    takes: z.string().optional(),
    retryable: z.literal(true).optional(),
    causes: z.array(z.string()).optional(),
  }),
  /** A node begins to wait, for people, a time or signals. `request` numbers the waits of the path from 1. */
  z.strictObject({
    kind: z.literal("waiting"),
    at,
    path,
    request: z.int().min(1),
    wait: z.discriminatedUnion("kind", [humanRequestSchema, signalWaitSchema]),
  }),
  /** A value of an executor, for a resume; the last one of a path counts. */
  z.strictObject({ kind: z.literal("checkpoint"), at, path, value: jsonValueSchema }),
  /**
   * An answer of a model or a result of a tool, inside a node: a resume and a retry find it by `key` instead of asking again.
   * `usage`: what the node has used since its last record.
   */
  z.strictObject({
    kind: z.literal("step"),
    at,
    path,
    key: z.string().min(1),
    value: jsonValueSchema,
    usage: usageSchema.optional(),
  }),
  /** The process releases the run. */
  z.strictObject({
    kind: z.literal("suspended"),
    at,
    reason: z.enum(["waiting", "paused", "interrupted"]),
    /** Path of the node that paused it. */
    path: path.optional(),
    /** The earliest time at which something in it goes on without a signal or an answer. */
    resumeAt: z.number().optional(),
  }),
  /**
   * A workflow was stopped as a whole, by an error or by an `end` node with its path and output; `path` is the prefix of the paths of
   * its nodes, empty for the run itself. For a node with children, `path` is its own: its attempt has timed out.
   */
  z.strictObject({
    kind: z.literal("stopped"),
    at,
    path,
    error: errorRecordSchema.optional(),
    end: z.strictObject({ path, output: jsonValueSchema }).optional(),
  }),
  /** A process resumes the run; with another blueprint if that was forced. */
  z.strictObject({
    kind: z.literal("resumed"),
    at,
    blueprintHash: z.string().optional(),
    document: jsonObjectSchema.optional(),
  }),
  /** The one terminal record. `output`: only if the workflow declares `outputs`. `usage`: default what the other records say. */
  z.strictObject({
    kind: z.literal("ended"),
    at,
    status: z.enum(["completed", "failed", "cancelled"]),
    output: jsonObjectSchema.optional(),
    error: errorRecordSchema.optional(),
    usage: usageSchema.optional(),
  }),
]);

/** One record of a run's journal. */
export type JournalRecord = z.output<typeof journalRecordSchema>;

/** The records of one kind. */
export type JournalRecordOf<Kind extends JournalRecord["kind"]> = Extract<JournalRecord, { readonly kind: Kind }>;
