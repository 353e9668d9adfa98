import { IceError, type PlacedJob, type RunDispatcher } from "@ice/core";
import type { Activation } from "../activation.ts";
import { execute } from "./execute.ts";
import type { Attempt, Interceptor } from "./interceptor.ts";

/** Attempts of a node that workers may take along before it fails. */
export const maxLost = 3;

/** The name of the queue of those that provide something. */
export const queueOf = (requires: readonly string[]): string => requires.join("+");

/** Who executes an attempt elsewhere; undefined if this process does. */
export function dispatcherFor({ node, run, path, attempt }: Activation): RunDispatcher | undefined {
  if (node.requires.length === 0 || node.isContainer) return undefined;
  const { dispatcher } = run.store;
  const started = run.history?.attemptState(path)?.started;
  const isPlaced = started?.attempt === attempt && started.place !== undefined;
  return isPlaced || dispatcher?.executes(node.requires) === false ? dispatcher : undefined;
}

/** Executes the attempt here, or lets a worker do it that provides what the node requires. */
export const executeOrPlace: Attempt = (activation) => {
  const dispatcher = dispatcherFor(activation);
  return dispatcher === undefined ? execute(activation) : placed(activation, dispatcher);
};

/** An attempt whose worker was lost is repeated whatever the retry policy says: it has not failed. */
export const repeatLost: Interceptor = (node, next) => {
  if (node.requires.length === 0 || node.isContainer) return next;
  return (activation) => (dispatcherFor(activation) === undefined ? next(activation) : untilNotLost(activation, next));
};

async function untilNotLost(activation: Activation, next: Attempt): Promise<unknown> {
  const { current } = activation;
  for (let lost = 0; ; activation.attempt += 1) {
    const value = await next(activation);
    if (value !== isLost && value !== isLeft) return value;
    if (current.aborted) return undefined;
    if (value === isLost) lost += 1;
    if (lost === maxLost) throw workerLost(activation.nodeId, lost);
  }
}

/** What an attempt returns whose worker has died, or was stopped. */
const [isLost, isLeft] = [Symbol("lost"), Symbol("left")];

async function placed(activation: Activation, dispatcher: RunDispatcher): Promise<unknown> {
  const cancelled = new AbortController();
  // It goes on when this process only leaves the run: the next owner waits for the same attempt.
  activation.onAbort(() => void (activation.run.released || cancelled.abort()));
  const { current } = activation;
  const outcome = await dispatcher.place(jobOf(activation), cancelled.signal, {
    onClaimed: (worker) => void (current.aborted || activation.run.emit("node.claimed", activation, { worker })),
  });
  if ("lost" in outcome) return outcome.left === true ? isLeft : isLost;
  activation.addUsage(outcome.usage);
  if ("error" in outcome) throw outcome.error;
  return outcome.output;
}

function jobOf(activation: Activation): PlacedJob {
  const { runId, path, attempt, node, config, context, input, idempotencyKey, callId, scope } = activation;
  return {
    runId,
    path,
    type: node.type,
    attempt,
    requires: node.requires,
    document: scope.frame.root.plan.document.hash,
    config,
    context,
    input,
    idempotencyKey,
    callId,
  };
}

/** Workers have died with the node so often that it is not tried again. */
export const workerLost = (id: string, times: number): IceError =>
  new IceError("ICE_WORKER_LOST", `${times} workers have died while they executed node "${id}".`, {
    fix: "look at the logs of the workers: the node may need more memory than they have, or end their process",
  });
