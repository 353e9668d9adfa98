import { IceError, type builtinNodes, type ChildrenResult, type Json } from "@ice/core";
import { toErrorRecord, toIceError } from "../../run/failure.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";

type LoopActivation = BuiltinActivation<typeof builtinNodes.loop, { readonly itemsSource: readonly Json[] }>;

/** What one iteration gave: an entry of the output (of one that failed, with `collect`), nothing (`skip`), or the error that fails the loop. */
type Iteration =
  | { readonly entry: Json; readonly failed?: true }
  | { readonly omitted: true; readonly failed: true }
  | { readonly error: Error };

/** Runs the body once per item. The output is in item order, whatever the order in which items end. */
export async function executeLoop(activation: LoopActivation): Promise<unknown> {
  const { config, nodeId } = activation;
  const items = config.itemsSource;
  if (items.length > config.maxIterations)
    throw new IceError(
      "ICE_LOOP_LIMIT",
      `Loop "${nodeId}" has ${items.length} items; it may have ${config.maxIterations}.`,
      {
        fix: "raise `maxIterations`, or loop over fewer items",
        details: { items: items.length, maxIterations: config.maxIterations },
      },
    );
  const iterations = await (config.parallel ? runTogether(activation, items) : runInTurn(activation, items));
  const failed = iterations.find((iteration) => "error" in iteration);
  if (failed !== undefined) throw failed.error;
  return iterations.flatMap((iteration) => ("entry" in iteration ? [iteration.entry] : []));
}

async function runInTurn(activation: LoopActivation, items: readonly Json[]): Promise<Iteration[]> {
  const { itemVar, indexVar, until } = activation.config;
  const iterations: Iteration[] = [];
  for (const [index, item] of items.entries()) {
    const locals = { [itemVar]: item, [indexVar]: index };
    const result = await activation.runChildren("body", { index, locals });
    const made = iterationOf(activation, index, result);
    const iteration = made instanceof Promise ? await made : made;
    iterations.push(iteration);
    if ("error" in iteration) break;
    if (until !== undefined && iteration.failed !== true && result.evaluate("until", locals) === true) break;
  }
  return iterations;
}

/** With `onItemError: "fail"` the first failure stops the others, so an item that did not run has no iteration. */
async function runTogether(activation: LoopActivation, items: readonly Json[]): Promise<Iteration[]> {
  const { itemVar, indexVar, maxConcurrency } = activation.config;
  const iterations = new Array<Iteration | undefined>(items.length);
  const losers = new AbortController();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && !losers.signal.aborted) {
      const index = next;
      next += 1;
      const locals = { [itemVar]: items[index]!, [indexVar]: index };
      const result = await activation.runChildren("body", { index, locals, signal: losers.signal });
      if (result.status === "cancelled") return;
      const made = iterationOf(activation, index, result);
      const iteration = made instanceof Promise ? await made : made;
      iterations[index] = iteration;
      if ("error" in iteration) losers.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, items.length) }, work));
  return iterations.filter((iteration) => iteration !== undefined);
}

/** A promise only when `itemOutput` takes long. */
function iterationOf(
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
  if (onItemError === "fail") return { error };
  if (onItemError === "skip") return { omitted: true, failed: true };
  const { code, message } = toErrorRecord(toIceError(error));
  return { entry: { error: { code, message } }, failed: true };
}
