import { parseFile } from "@ice/builder";
import { z } from "zod";

const runStatus = z.enum(["completed", "failed", "cancelled", "suspended"]);
const nodeStatus = z.enum(["completed", "failed", "skipped", "cancelled", "waiting"]);

/** Path → new status of every node whose status the step has changed. */
const changes = z.record(z.string(), nodeStatus);
/** A run that the pattern has started. Default: that of the pattern. */
const runId = z.string().optional();

const cancelStep = z.strictObject({ cancel: z.literal(true), runId });
const signalStep = z.strictObject({ signal: z.string(), payload: z.json().optional(), runId });
const respondStep = z.strictObject({
  respond: z.string(),
  answer: z.union([
    z.strictObject({ approved: z.boolean() }),
    z.strictObject({ choice: z.string() }),
    z.strictObject({ response: z.json() }),
  ]),
  runId,
});

/** Something that is done once, when a node has started and is in flight. */
const during = z.strictObject({ node: z.string(), do: z.union([cancelStep, signalStep]) }).optional();

const runStep = z.strictObject({ run: runStatus, changes, during });
const resumeStep = z.strictObject({ resume: runStatus, changes, during, runId });

const traceSchema = z.strictObject({
  /** What is done, in this order. `run` and `resume` name the status of the run after them. */
  steps: z.array(z.union([runStep, resumeStep, signalStep, respondStep, cancelStep])).min(1),
  /** Chains such as `pick < pack < ship`: each node has ended before the next one starts. */
  order: z.array(z.string().regex(/^\S+( < \S+)+$/)).default([]),
  /** Groups of nodes of which no two run at the same time. */
  apart: z.array(z.array(z.string()).min(2)).default([]),
  /** The output of the run after the last step. */
  output: z.record(z.string(), z.json()).default({}),
});

/** What is done with a pattern, and what has to be observed. */
export type Trace = z.output<typeof traceSchema>;
export type Step = Trace["steps"][number];
/** A step that executes nodes. */
export type ExecutionStep = z.output<typeof runStep> | z.output<typeof resumeStep>;
/** A step that a run receives from outside. */
export type Action = z.output<typeof cancelStep> | z.output<typeof signalStep> | z.output<typeof respondStep>;

/** @throws Error that names the file and what is wrong with it. */
export function readTrace(file: string): Trace {
  const { parsed } = parseFile(file);
  if (!parsed.ok) throw new Error(`${file}: ${parsed.issues[0]?.message}`);
  const { success, data, error } = traceSchema.safeParse(parsed.value);
  if (!success) throw new Error(`${file}:\n${z.prettifyError(error)}`);
  return data;
}
