import { z } from "zod";
import { jsonObjectSchema, jsonSchemaSchema, jsonValueSchema } from "../json/value-schemas.ts";
import type { JsonObject } from "../json/json.ts";
import { retryPolicySchema } from "../retry/retry-policy.ts";
import type { FieldRule } from "./field-rule.ts";
import { requiresSchema } from "./requirements.ts";

const joinSchema = z
  .union([
    z.enum(["all", "strict", "any", "ended"]),
    z.strictObject({ atLeast: z.int().min(1).describe("Dependencies that must complete.") }),
  ])
  .describe(
    "When the node runs: all (every dependency ended, none failed, at least one completed), strict (all completed), any (one completed), { atLeast: n }, ended (all ended, with any outcome).",
  );

/** The outcomes of dependencies with which a node runs. */
export type Join = z.output<typeof joinSchema>;

const onErrorSchema = z
  .union([z.enum(["fail", "skip"]), z.strictObject({ output: jsonValueSchema })])
  .describe(
    "After the last attempt: fail, skip (the failure becomes `skipped`), or { output: <template> } to complete with that value.",
  );

/** The outcome of a node after its last attempt has failed. */
export type OnError = z.output<typeof onErrorSchema>;

const cacheSchema = z
  .strictObject({
    ttlSeconds: z
      .number()
      .positive()
      .max(315_360_000)
      .describe("How long an outcome can be used again, in seconds, at most ten years."),
    key: jsonValueSchema
      .optional()
      .describe(
        "Template: two executions with the same value share an output. Default: the evaluated fields of the node.",
      ),
  })
  .describe(
    "Takes the output of an earlier run of this workflow in the same store, if this node completed there with the same fields. Default: never.",
  );

/**
 * Fields of every node. Types with an input field also have `inputSchema`; types that wait or end have no `retryPolicy`; types with
 * bodies, and those that wait, have no `cache`; those that wait, observe or end have no `requires`.
 */
export const nodeBaseShape = {
  id: z.string().describe("Identifier, unique among everything visible to the node."),
  name: z.string().optional().describe("Display name."),
  description: z.string().optional().describe("Purpose of the node, for people and tools."),
  metadata: jsonObjectSchema.optional().describe("Arbitrary data for tools; ice does not read it."),
  dependencies: z
    .array(z.string())
    .default([])
    .describe("Ids of siblings that run first. Siblings that expressions refer to are added."),
  when: z.string().optional().describe("CEL boolean; false skips the node."),
  join: joinSchema.default("all"),
  retryPolicy: retryPolicySchema.optional(),
  timeoutSeconds: z
    .number()
    .positive()
    .max(31_536_000)
    .optional()
    .describe("Time limit of one attempt, in seconds; fractions allowed."),
  onError: onErrorSchema.default("fail"),
  cache: cacheSchema.optional(),
  requires: requiresSchema.optional(),
  outputSchema: jsonSchemaSchema.optional().describe("JSON Schema that the output must match."),
} as const;

/** The field `inputSchema` of a type with an input field. */
export const inputSchemaField = (inputField: string): typeof nodeBaseShape.outputSchema =>
  jsonSchemaSchema.optional().describe(`JSON Schema that the evaluated \`${inputField}\` must match.`);

/** Rules of the base fields. The engine reads `when` and `onError` itself. */
export const baseFields: Readonly<Record<string, FieldRule>> = {
  inputSchema: { syntax: "schema" },
  outputSchema: { syntax: "schema" },
};

type BaseShape = typeof nodeBaseShape;
/** A parsed node of any type: the base fields with defaults applied, and the fields of its type. */
export type NodeBase = z.output<z.ZodObject<BaseShape>> & {
  readonly type: string;
  readonly inputSchema?: JsonObject | undefined;
};

/** A node as an author writes it, whose type is known only by name. Lists of children contain these. */
export interface ChildNode {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A list of child nodes. Its entries are parsed individually, by the definitions of their types. */
export const nodeListSchema = z
  .custom<ChildNode[]>((value) => Array.isArray(value) && value.length > 0, "expected a list of nodes, at least 1")
  .meta({ type: "array", minItems: 1, iceNodes: true });
