import type { BlueprintInput } from "@ice/core";
import type { z } from "zod";
import { ListWriter } from "./list-writer.ts";
import type { NodeList } from "./node-list.ts";
import { schemaOf } from "./schema-of.ts";

/** Fields of a workflow besides its nodes. */
export interface WorkflowFields<Inputs extends z.ZodObject> extends Pick<
  BlueprintInput,
  "version" | "description" | "metadata" | "settings"
> {
  /** Schema of the inputs; becomes the JSON Schema against which the inputs of runs are checked. */
  readonly inputs?: Inputs;
}

/** The names that every node of a workflow can use. */
interface Globals<Inputs> {
  readonly inputs: Inputs;
  readonly run: { readonly id: string; readonly startedAt: number };
  readonly workflow: { readonly name: string; readonly version: string; readonly metadata: unknown };
}

/** A workflow without nodes. */
type EmptyWorkflow<Inputs extends z.ZodObject> = NodeList<Globals<z.output<Inputs>>, object, null>;

/**
 * Starts a workflow in TypeScript: outputs of earlier nodes are typed, and `build()` returns plain blueprint data.
 *
 * @example
 * const blueprint = workflow("hello", { inputs: z.object({ name: z.string() }) })
 *   .tool("greet", echo, ({ inputs }) => ({ text: t`Hello ${inputs.name}` }))
 *   .build();
 */
export function workflow<Inputs extends z.ZodObject = z.ZodObject>(
  name: string,
  { inputs, ...fields }: WorkflowFields<Inputs> = {},
): EmptyWorkflow<Inputs> {
  const envelope = { name, ...fields, ...(inputs === undefined ? {} : { inputs: schemaOf(inputs) }) };
  // The same methods; only the types of `NodeList` know which nodes are added.
  return new ListWriter([], envelope) as unknown as EmptyWorkflow<Inputs>;
}
