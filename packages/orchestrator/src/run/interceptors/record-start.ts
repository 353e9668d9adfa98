import type { JsonObject } from "@ice/core";
import { isEarlyJoin } from "../../scheduling/join.ts";
import type { Activation } from "../activation.ts";
import type { Interceptor } from "./interceptor.ts";
import { dispatcherFor, maxLost, queueOf, workerLost } from "./place.ts";

/**
 * Records the start of an attempt where a resume needs it: for nodes that are entered again (with their evaluated fields), for
 * early joins (with the dependencies that had arrived), and for external effects. These start once the record is durable, and so
 * do nodes that compensate: whatever begins in them, the next process knows that it has to clean up. For effects, it is not
 * needed in a store that is not durable, since no resume can repeat them.
 */
export const recordStart: Interceptor = (node, next) => {
  const external = !node.resumable && node.sideEffects === "external";
  const early = isEarlyJoin(node.join);
  if (!external && !early && !node.resumable && node.requires.length === 0) return next;
  return (activation) => {
    const isPlaced = dispatcherFor(activation) !== undefined;
    if (hasBegun(activation, isPlaced)) return next(activation);
    const isRecorded = early || node.resumable || isPlaced || (external && activation.run.store.durable);
    if (!isRecorded) return next(activation);
    if (external && !node.resumable) checkLost(activation);
    const durable = activation.run.append({
      kind: "started",
      at: activation.run.clock.now(),
      path: activation.path,
      type: node.type,
      attempt: activation.attempt,
      ...(node.resumable && { fields: evaluatedFields(activation) }),
      ...(early && { seen: Object.keys(activation.context) }),
      ...(isPlaced && { place: queueOf(node.requires) }),
    });
    if (isPlaced) activation.run.emit("node.placed", activation, { queue: queueOf(node.requires) });
    const waits = external || isPlaced || node.definition.compensates;
    if (!waits || durable === undefined) return next(activation);
    // Meanwhile the attempt may have timed out, and another one started.
    const { current } = activation;
    return afterwards(durable, () => (current.aborted ? undefined : next(activation)));
  };
};

async function afterwards(durable: Promise<void>, work: () => unknown): Promise<unknown> {
  await durable;
  return work();
}

/** Whether an earlier process has recorded the start of this attempt. */
function hasBegun({ run, path, attempt, node }: Activation, isPlaced: boolean): boolean {
  return (node.resumable || isPlaced) && run.history?.attemptState(path)?.started?.attempt === attempt;
}

/** A node that has taken several workers along does not get another one. @throws IceError `ICE_WORKER_LOST`. */
function checkLost({ run, path, nodeId }: Activation): void {
  const lost = run.store.dispatcher === undefined ? 0 : (run.history?.crashesOf(path) ?? 0);
  if (lost >= maxLost) throw workerLost(nodeId, lost);
}

function evaluatedFields({ node, config }: Activation): JsonObject {
  return Object.fromEntries(node.eagerFields.map(([name]) => [name, config[name] ?? null]));
}
