import { IceError, type Json } from "@ice/core";
import { hasBegun, iterationOf, type LoopActivation } from "./iteration.ts";
import { runUntilSettled } from "./run-until-settled.ts";

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
  if (!config.parallel) return runInTurn(activation, items);
  return config.settle === "all" ? runTogether(activation, items) : runUntilSettled(activation, items);
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
    while (next < items.length) {
      const index = next;
      next += 1;
      // What an earlier process has begun is entered to be stopped; nothing else is.
      if (losers.signal.aborted && !hasBegun(activation, index)) continue;
      const locals = { [itemVar]: items[index]!, [indexVar]: index };
      const result = await activation.runChildren("body", { index, locals, signal: losers.signal });
      if (result.status === "cancelled") continue;
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
