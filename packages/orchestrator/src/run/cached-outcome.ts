import { createHash } from "node:crypto";
import type { Activation } from "./activation.ts";
import { checkedOutput } from "./interceptors/check-output.ts";
import { prepareFields } from "./interceptors/prepare.ts";
import { completedWith, type Outcome } from "./outcome.ts";

/** The nodes of a scope that the cache does not have, until they get a slot. Their fields are evaluated already. */
export class CacheMisses {
  readonly #missed = new Map<number, Activation>();

  /** Looks for the outcome of a node, while the run counts as busy. Calls back with it, or with undefined after a miss. */
  lookUp(activation: Activation, found: (outcome: Outcome | undefined) => void): void {
    const { run, node } = activation;
    run.activity.begin();
    void cachedOutcome(activation).then((outcome) => {
      if (run.released) return;
      if (outcome === undefined) this.#missed.set(node.position, activation);
      found(outcome);
      run.activity.end();
    });
  }

  take(position: number): Activation | undefined {
    const activation = this.#missed.get(position);
    if (activation !== undefined) this.#missed.delete(position);
    return activation;
  }
}

/** The outcome that an earlier run has left for a node. Undefined without one, or if anything is wrong with it. */
async function cachedOutcome(activation: Activation): Promise<Outcome | undefined> {
  const { node, run } = activation;
  try {
    await prepareFields(node, activation);
    activation.cacheKey = keyOf(activation);
    const kept = await run.store.cache.get(activation.cacheKey, run.clock.now());
    if (kept === undefined) return undefined;
    const outcome = await completedWith(activation, await checkedOutput(node, activation, kept));
    activation.attempt = 0;
    activation.isCached = true;
    return outcome;
  } catch {
    return undefined; // the node runs, and says what is wrong with its fields
  }
}

/** Keeps the output of a node that has completed for later runs. A cache that cannot be written is none. */
export function keepOutput({ node, cacheKey, isCached, run }: Activation, outcome: Outcome): void {
  if (node.cache === undefined || cacheKey === undefined || isCached) return;
  if (outcome.status !== "completed" || outcome.recovered !== undefined) return;
  const { output } = outcome;
  const expiresAt = run.clock.now() + node.cache.ttlMs;
  run.store.cache.set(cacheKey, output, { expiresAt, limit: run.bounds.cacheEntries }).catch(() => {});
}

function keyOf(activation: Activation): string {
  const { node, scope, config, run } = activation;
  const { hash, key } = node.cache!;
  const distinct = key === undefined ? config : key.evaluate(activation, run.bounds.evaluation());
  const workflow = node.workflow?.().document.hash;
  const parts = [scope.frame.plan.view.name, node.id, node.type, hash, distinct, workflow ?? null];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
