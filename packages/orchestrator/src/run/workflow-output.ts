import type { ExpressionScope, JsonObject, Json } from "@ice/core";
import type { Plan } from "../plan/plan.ts";
import type { Bounds } from "./bounds.ts";
import { locate, toIceError } from "./failure.ts";
import { withoutOutput, type WorkflowOutcome } from "./workflow-outcome.ts";

/** A workflow whose nodes have ended. */
export interface OutputSource {
  readonly bounds: Bounds;
  /** Name of the workflow. */
  readonly name: string;
  /** Prefix of the paths of its nodes. */
  readonly prefix: string;
  /** The names of its expressions, with the outputs of its nodes. */
  readonly names: ExpressionScope;
  /** Whether it was stopped meanwhile, so that no one needs the output. */
  readonly isStopped: () => boolean;
}

/** The outcome with the declared outputs. They share a meter, with pauses in between. Never rejects. */
export async function withDeclaredOutputs(
  source: OutputSource,
  outputs: NonNullable<Plan["outputs"]>,
): Promise<WorkflowOutcome> {
  const { bounds, names, prefix, isStopped } = source;
  const output: Record<string, Json> = {};
  const evaluation = bounds.evaluation(isStopped);
  for (const [name, field] of outputs) {
    try {
      const value = field.evaluateIn(names, evaluation);
      output[name] = value instanceof Promise ? await value : value;
    } catch (error) {
      const located = locate(toIceError(error), `${prefix}outputs.${name}`);
      return withoutOutput({ status: "failed", error: located });
    }
  }
  return withOutput(source, Object.freeze(output), false);
}

/** The outcome with an output; one that is too long fails the workflow. Never rejects. @param ofNodes - whether it is that of its nodes. */
export async function withOutput(
  { bounds, name }: Pick<OutputSource, "bounds" | "name">,
  output: JsonObject,
  ofNodes: boolean,
): Promise<WorkflowOutcome> {
  try {
    await bounds.check(output, "the output of workflow", name);
    return { status: "completed", output, ofNodes };
  } catch (error) {
    return withoutOutput({ status: "failed", error: locate(toIceError(error), "outputs") });
  }
}
