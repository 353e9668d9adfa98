import { andThen } from "@ice/core/internal";
import type { Activation } from "../activation.ts";
import { matching, ofType } from "../outcome.ts";
import type { Interceptor } from "./interceptor.ts";

/**
 * Checks the output of a node against its `outputSchema`: synchronously within the time slice, otherwise in turns of the event
 * loop. It is outside the retries, because another attempt would hardly return something else.
 */
export const checkOutput: Interceptor = ({ outputSchema }, next) => {
  if (outputSchema === undefined) return next;
  const check = (activation: Activation, value: unknown): unknown =>
    andThen(ofType(activation, value), (output) =>
      andThen(outputSchema.validateInTurns(output, activation.run.pace.slice), (result) =>
        matching(activation, output, result),
      ),
    );
  return (activation) => andThen(next(activation), (value) => check(activation, value));
};
