import { z } from "zod";
import { jsonObjectSchema } from "../json/value-schemas.ts";
import { workflowNamePattern } from "./blueprint.ts";

/** The value of `schemaVersion` of a network manifest. */
export const networkSchemaVersion = "ice-network/v1";

/** One workflow of a network. */
const networkMemberSchema = z.strictObject({
  id: z.string().describe("Identifier, unique in the network; follows the rules of node ids."),
  ref: z
    .string()
    .min(1)
    .describe("A blueprint file relative to the manifest, a registered workflow, or `./module.ts#export`."),
  after: z.array(z.string()).default([]).describe("Ids of workflows that must complete first."),
  inputs: jsonObjectSchema.default({}).describe("Inputs; templates may read the workflows in `after`."),
});

/** Several workflows with dependencies between them. */
export const networkManifestSchema = z.strictObject({
  schemaVersion: z.literal(networkSchemaVersion).default(networkSchemaVersion),
  name: z.string().regex(workflowNamePattern).describe("Name of the network."),
  description: z.string().optional().describe("What the network is for."),
  global: jsonObjectSchema.default({}).describe("Data that every workflow reads as `inputs.global`."),
  maxConcurrency: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe("Maximum number of workflows that run at a time. Default 5."),
  workflows: z.array(networkMemberSchema).min(1).describe("The workflows, at least 1."),
});

/** A parsed network, with defaults. */
export type NetworkManifest = z.output<typeof networkManifestSchema>;

/** A network as an author writes it. */
export type NetworkManifestInput = z.input<typeof networkManifestSchema>;
