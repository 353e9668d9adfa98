import { IceError, type builtinNodes, type ChildrenResult, type Json } from "@ice/core";
import { toErrorRecord, toIceError } from "../../run/failure.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";

type LoopActivation = BuiltinActivation<typeof builtinNodes.loop, { readonly itemsSource: readonly Json[] }>;

/**
 * The result of one iteration: an entry of the output (its error with `collect`), nothing (`skip`), or the error that fails the
 * loop.
 */
type Iteration =
  | { readonly entry: Json; readonly failed?: true }
  | { readonly entry: undefined; readonly failed: true; readonly error?: Error };

/** Runs the body once per item. The output is in item order, whatever the order in which items end. */
export async function executeLoop(activation: LoopActivation): Promise<unknown> {
  const { config, nodeId } = activation;
  const items = config.itemsSource;
  if (items.length > config.maxIterations)
    throw new IceError(
      "ICE_LOOP_LIMIT",
      `Loop "${nodeId}" has ${items.length} items; at most ${config.maxIterations} are allowed.`,
      {
        fix: "raise `maxIterations`, or loop over fewer items",
        details: { items: items.length, maxIterations: config.maxIterations },
      },
    );
  return config.parallel ? runTogether(activation, items) : runInTurn(activation, items);
}

async function runInTurn(activation: LoopActivation, items: readonly Json[]): Promise<Json[]> {
  const { itemVar, indexVar, until } = activation.config;
  const entries: Json[] = [];
  for (const [index, item] of items.entries()) {
    const locals = { [itemVar]: item, [indexVar]: index };
    const result = await activation.runChildren("body", { index, locals });
    const made = iterationOf(activation, index, result);
    const iteration = made instanceof Promise ? await made : made;
    if (iteration.entry !== undefined) entries.push(iteration.entry);
    else if (iteration.error !== undefined) throw iteration.error;
    if (until !== undefined && iteration.failed !== true && result.evaluate("until", locals) === true) break;
  }
  return entries;
}

/** With `onItemError: "fail"` the first failure stops the others; of several, that of the first item fails the loop. */
async function runTogether(activation: LoopActivation, items: readonly Json[]): Promise<Json[]> {
  const { itemVar, indexVar, maxConcurrency } = activation.config;
  const entries = new Array<Json | undefined>(items.length);
  let failure: { readonly index: number; readonly error: Error } | undefined;
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
      entries[index] = iteration.entry;
      if (iteration.entry !== undefined || iteration.error === undefined) continue;
      if (failure === undefined || index < failure.index) failure = { index, error: iteration.error };
      losers.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, items.length) }, work));
  if (failure !== undefined) throw failure.error;
  return entries.filter((entry) => entry !== undefined);
}

/** Returns a promise only if `itemOutput` takes long. */
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
  if (onItemError === "fail") return { entry: undefined, failed: true, error };
  if (onItemError === "skip") return { entry: undefined, failed: true };
  const { code, message } = toErrorRecord(toIceError(error));
  return { entry: { error: { code, message } }, failed: true };
}
