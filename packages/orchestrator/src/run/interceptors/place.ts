import { IceError, type PlacedJob, type PlacedOutcome, type RunDispatcher } from "@ice/core";
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
  const outcome = await patiently(activation, () => dispatcher.place(jobOf(activation), cancelled.signal));
  if (outcome === undefined) return undefined;
  if ("lost" in outcome) return outcome.left === true ? isLeft : isLost;
  activation.addUsage(outcome.usage);
  if ("error" in outcome) throw outcome.error;
  return outcome.output;
}

/** Time until the next try while the store is away, in milliseconds; doubled up to the last. */
const [firstPauseMs, lastPauseMs] = [100, 5000];

/** An attempt is executed once however often it is placed. That the store is away is no failure of the node. */
async function patiently(
  activation: Activation,
  place: () => Promise<PlacedOutcome>,
): Promise<PlacedOutcome | undefined> {
  const { current } = activation;
  for (let ms = firstPauseMs; !current.aborted; ms = Math.min(2 * ms, lastPauseMs))
    try {
      return await place();
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_STORE_UNAVAILABLE") throw error;
      await pause(activation, ms);
    }
  return undefined;
}

/** Resolves after so many milliseconds, or once the attempt is aborted. */
const pause = (activation: Activation, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const forget = activation.onAbort(() => {
      cancelTimer();
      resolve();
    });
    const cancelTimer = activation.run.setTimer(ms, () => {
      forget();
      resolve();
    });
  });

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
