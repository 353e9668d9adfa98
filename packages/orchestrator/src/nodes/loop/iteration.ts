import type { builtinNodes, ChildrenResult, Json } from "@ice/core";
import { toErrorRecord, toIceError } from "../../run/failure.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";

export type LoopActivation = BuiltinActivation<typeof builtinNodes.loop, { readonly itemsSource: readonly Json[] }>;

/**
 * The result of one iteration: an entry of the output (its error with `collect`), nothing (`skip`), or the error that fails the
 * loop.
 */
export type Iteration =
  | { readonly entry: Json; readonly failed?: true }
  | { readonly entry: undefined; readonly failed: true; readonly error?: Error };

/** Returns a promise only if `itemOutput` takes long. */
export function iterationOf(
  activation: LoopActivation,
  index: number,
  result: ChildrenResult,
): Iteration | Promise<Iteration> {
  const { itemOutput, itemVar, indexVar, itemsSource } = activation.config;
  if (result.error !== undefined) return failedIteration(activation, result.error);
  const completed = (entry: Json): Iteration => {
    activation.emit("loop.iterationCompleted", { index });
    return { entry };
  };
  if (itemOutput === undefined) return completed(result.output);
  const failed = (thrown: unknown): Iteration => failedIteration(activation, toIceError(thrown));
  try {
    const entry = result.evaluateInTurns("itemOutput", { [itemVar]: itemsSource[index]!, [indexVar]: index });
    return entry instanceof Promise ? entry.then(completed).catch(failed) : completed(entry);
  } catch (thrown) {
    return failed(thrown);
  }
}

function failedIteration({ config: { onItemError } }: LoopActivation, error: Error): Iteration {
  if (onItemError === "fail") return { entry: undefined, failed: true, error };
  if (onItemError === "skip") return { entry: undefined, failed: true };
  const { code, message } = toErrorRecord(toIceError(error));
  return { entry: { error: { code, message } }, failed: true };
}

/** Whether an earlier process has begun something in an iteration. */
export const hasBegun = ({ run, path }: LoopActivation, index: number): boolean =>
  run.history?.hasBegun(path, `${path}[${index}].`) === true;
