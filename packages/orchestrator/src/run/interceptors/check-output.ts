import { andThen } from "@ice/core/internal";
import type { Activation } from "../activation.ts";
import { matching, ofType } from "../outcome.ts";
import type { Interceptor } from "./interceptor.ts";

/**
 * Checks what a node gives against its `outputSchema`: at once while the time slice lasts, else in turns of the event loop. It
 * stands around the retries, for another attempt would hardly give something else.
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
