import { IceError, type Json } from "@ice/core";
import { decisionOf, keepDecision } from "../decision.ts";
import { hasBegun, iterationOf, type LoopActivation } from "./iteration.ts";

/**
 * Runs items concurrently until as many have completed as `settle` requires, in the order of their ends; the others are cancelled. The
 * output is in item order, with null for an item that has not completed in time.
 *
 * @throws IceError `ICE_JOIN_IMPOSSIBLE` if there are too few items; the first failure if too many failed.
 */
export async function runUntilSettled(activation: LoopActivation, items: readonly Json[]): Promise<Json[]> {
  const needed = neededOf(activation, items.length);
  const decision = decisionOf(activation);
  const entries = items.map((): Json => null);
  const losers = new AbortController();
  const winners: number[] = [];
  const failures: Error[] = [];
  let next = 0;
  let isDecided = decision !== undefined;
  if (isDecided) losers.abort();
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const won = decision?.winners.includes(index) === true;
      if (isDecided && !won && !hasBegun(activation, index)) continue;
      const entry = await runItem(activation, items[index]!, index, won ? undefined : losers.signal);
      if (won && "entry" in entry) entries[index] = entry.entry;
      if (isDecided || "isCancelled" in entry) continue;
      if ("error" in entry) failures.push(entry.error);
      else {
        winners.push(index);
        entries[index] = entry.entry;
      }
      const hasWon = winners.length === needed;
      isDecided = hasWon || items.length - failures.length < needed;
      // Recorded before the other items are cancelled, so that a resume finds the same winners.
      if (hasWon) await keepDecision(activation, { winners });
      if (isDecided) losers.abort();
    }
  };
  const { maxConcurrency } = activation.config;
  await Promise.all(Array.from({ length: Math.min(maxConcurrency, items.length) }, work));
  if (decision === undefined && winners.length < needed && failures.length > 0) throw failures[0];
  return entries;
}

function neededOf({ nodeId, config }: LoopActivation, items: number): number {
  const { settle } = config;
  const needed = typeof settle === "object" ? settle.atLeast : 1;
  if (items >= needed) return needed;
  throw new IceError("ICE_JOIN_IMPOSSIBLE", `Loop "${nodeId}" waits for ${needed} items, and has ${items}.`, {
    fix: "lower `settle`, or loop over more items",
    retryable: false,
    details: { items, needed },
  });
}

type Item = { readonly entry: Json } | { readonly error: Error } | typeof cancelledItem;
const cancelledItem = { isCancelled: true } as const;

async function runItem(
  activation: LoopActivation,
  item: Json,
  index: number,
  signal: AbortSignal | undefined,
): Promise<Item> {
  const { itemVar, indexVar } = activation.config;
  const locals = { [itemVar]: item, [indexVar]: index };
  const result = await activation.runChildren("body", { index, locals, ...(signal && { signal }) });
  if (result.status === "cancelled") return cancelledItem;
  const { entry, ...more } = await iterationOf(activation, index, result);
  if (entry !== undefined) return { entry };
  return { error: ("error" in more && more.error) || new Error("the item has failed") };
}
