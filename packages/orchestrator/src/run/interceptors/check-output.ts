import type { Json } from "@ice/core";
import { andThen } from "@ice/core/internal";
import type { NodeParts } from "../../plan/plan.ts";
import type { Activation } from "../activation.ts";
import { matching, ofType } from "../outcome.ts";
import type { Interceptor } from "./interceptor.ts";

/**
 * Checks the output of a node against its `outputSchema`: synchronously within the time slice, otherwise in turns of the event
 * loop. It is outside the retries, because another attempt would hardly return something else.
 */
export const checkOutput: Interceptor = (node, next) => {
  if (node.outputSchema === undefined) return next;
  return (activation) => andThen(next(activation), (value) => checkedOutput(node, activation, value));
};

/** A value as output of a node: JSON that its type and its `outputSchema` allow. @throws IceError `ICE_OUTPUT_INVALID`. */
export function checkedOutput(
  { outputSchema }: NodeParts,
  activation: Activation,
  value: unknown,
): Json | Promise<Json> {
  if (outputSchema === undefined) return ofType(activation, value);
  return andThen(ofType(activation, value), (output) =>
    andThen(outputSchema.validateInTurns(output, activation.run.pace.slice), (result) =>
      matching(activation, output, result),
    ),
  );
}
