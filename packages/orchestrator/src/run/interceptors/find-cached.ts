import { createHash } from "node:crypto";
import type { Json } from "@ice/core";
import type { NodeParts } from "../../plan/plan.ts";
import type { Activation } from "../activation.ts";
import { checkedOutput } from "./check-output.ts";
import type { Interceptor } from "./interceptor.ts";
import { prepareFields } from "./prepare.ts";

/**
 * The output that an earlier run has left for a node, checked as if it were fresh. Undefined without one, or if anything is wrong
 * with it: never rejects. Keeps the key in the activation, whose fields are evaluated then.
 */
export async function findCached(node: NodeParts, activation: Activation): Promise<Json | undefined> {
  const { run } = activation;
  try {
    await prepareFields(node, activation);
    const cacheKey = noteErrorOf(activation, () => keyOf(node, activation));
    activation.notes = { ...activation.notes, cacheKey };
    const kept = await run.store.cache.get(cacheKey, run.clock.now());
    if (kept === undefined) return undefined;
    const output = await checkedOutput(node, activation, kept);
    await run.bounds.check(output, "the output of node", node.id);
    return output;
  } catch {
    return undefined; // the node runs, and says what is wrong with its fields
  }
}

/** Runs the node when it throws, whose attempt fails with it then. */
function noteErrorOf(activation: Activation, evaluate: () => string): string {
  try {
    return evaluate();
  } catch (error) {
    activation.notes = { ...activation.notes, cacheKeyError: error };
    throw error;
  }
}

/** Fails the attempts of a node whose cache key could not be evaluated. */
export const checkCacheKey: Interceptor = (node, next) => {
  if (node.cache?.key === undefined) return next;
  return (activation) => {
    const error = activation.notes?.cacheKeyError;
    if (error !== undefined) throw error;
    return next(activation);
  };
};

function keyOf(node: NodeParts, activation: Activation): string {
  const { scope, config, run } = activation;
  const { hash, key } = node.cache!;
  const distinct = key === undefined ? config : key.evaluate(activation, run.bounds.evaluation());
  const workflow = node.workflow?.().document.hash;
  const parts = [scope.frame.plan.view.name, node.id, node.type, hash, distinct, workflow ?? null];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
