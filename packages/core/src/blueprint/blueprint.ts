import { z } from "zod";
import type { JsonObject } from "../json/json.ts";
import { jsonObjectSchema, jsonSchemaSchema } from "../json/value-schemas.ts";
import { nodeListSchema } from "../nodes/base.ts";
import type { NodeInput } from "../nodes/builtin-nodes.ts";

/** The value of `schemaVersion` that this version of ice reads. */
export const schemaVersion = "ice/v1";

/** Name of a workflow, a network or a blueprint. */
export const workflowNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const budgetSchema = z.strictObject({
  totalTokens: z.int().min(0).optional().describe("Maximum number of tokens, input and output."),
  costUsd: z.number().min(0).optional().describe("Maximum cost, in US dollars."),
  toolCalls: z.int().min(0).optional().describe("Maximum number of tool calls; each attempt counts."),
  llmCalls: z.int().min(0).optional().describe("Maximum number of model calls."),
  nodes: z.int().min(0).optional().describe("Maximum number of node activations, nested ones included."),
});

/** Limits on the usage of a run. */
export type Budget = z.output<typeof budgetSchema>;

const settingsSchema = z.strictObject({
  maxConcurrency: z
    .int()
    .min(1)
    .optional()
    .describe("Maximum number of nodes of one run that run at a time, nested ones included. Default 16."),
  failurePolicy: z
    .enum(["halt", "continuePossible", "always"])
    .default("continuePossible")
    .describe(
      "After a failure: halt stops the rest, continuePossible runs every node that still can run, always counts a failed dependency as skipped.",
    ),
  timeoutSeconds: z
    .number()
    .positive()
    .max(31_536_000)
    .optional()
    .describe("Time limit of the run, in seconds. Default none."),
  budget: budgetSchema.optional().describe("Limits reserved before each call. Default none."),
});

/** Settings of a workflow, with defaults. */
export type WorkflowSettings = z.output<typeof settingsSchema>;

/** The envelope of a blueprint. Its nodes are parsed by the definitions of their types. */
export const blueprintSchema = z.strictObject({
  schemaVersion: z
    .literal(schemaVersion)
    .default(schemaVersion)
    .describe("Version of the blueprint language; required in files."),
  name: z
    .string()
    .regex(workflowNamePattern, "expected a name of letters, digits, `.`, `_`, `-`, at most 128")
    .describe("Name of the workflow."),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,64})?$/, "expected a version such as 1.2.3")
    .default("0.0.0")
    .describe("Version of the workflow. Default 0.0.0."),
  description: z.string().optional().describe("What the workflow is for."),
  metadata: jsonObjectSchema.default({}).describe("Arbitrary data, readable as `workflow.metadata`."),
  inputs: jsonSchemaSchema.optional().describe("JSON Schema of the run's inputs (an object). Default: any object."),
  nodes: nodeListSchema.describe("The nodes, at least 1. Their order breaks ties."),
  outputs: jsonObjectSchema.optional().describe("Map name → template. Default: every completed top-level node by id."),
  settings: settingsSchema.prefault({}).describe("How the workflow runs."),
});

/** A parsed blueprint envelope; its nodes are not parsed yet. */
export type Blueprint = z.output<typeof blueprintSchema>;

/** A blueprint as an author writes it in TypeScript. */
export interface BlueprintInput extends Omit<z.input<typeof blueprintSchema>, "nodes" | "inputs"> {
  readonly nodes: readonly NodeInput[];
  readonly inputs?: JsonObject;
}
