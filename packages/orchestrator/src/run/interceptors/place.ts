import { IceError, type PlacedJob, type PlacedStep, type RunDispatcher } from "@ice/core";
import type { Activation } from "../activation.ts";
import { attemptsAround, cleansUp } from "../around.ts";
import { budgetedQuantities } from "../budget.ts";
import { keepTurn } from "../keep-turn.ts";
import { threadName } from "../run-memory.ts";
import { execute } from "./execute.ts";
import type { Attempt, Interceptor } from "./interceptor.ts";

/** Attempts of a node that workers may take along before it fails. */
export const maxLost = 3;

/** Pauses before an attempt that follows others whose workers have left it, in milliseconds; each twice as long as the one before. */
const [firstPauseMs, lastPauseMs] = [250, 30_000];

/** The name of the queue of those that provide something. */
export const queueOf = (requires: readonly string[]): string => requires.join("+");

/** Who executes an attempt elsewhere; undefined if this process does. */
export function dispatcherFor(activation: Activation): RunDispatcher | undefined {
  const { node, run } = activation;
  if (node.requires.length === 0 || node.isContainer) return undefined;
  const { dispatcher } = run.store;
  return isPlacedBefore(activation) || dispatcher?.executes(node.requires) === false ? dispatcher : undefined;
}

/** Whether an earlier owner of the run has placed the attempt: it may be under way, or over. */
function isPlacedBefore({ run, path, attempt }: Activation): boolean {
  const started = run.history?.attemptState(path)?.started;
  return started?.attempt === attempt && started.place !== undefined;
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
  for (let [lost, left] = [0, 0]; ; activation.attempt += 1) {
    // After a loss this process may provide what the node requires: then its calls take from the budget themselves.
    const isPlaced = dispatcherFor(activation) !== undefined;
    const value = await (isPlaced ? withAllowance(activation, next) : next(activation));
    if (value !== isLost && value !== isLeft) return value;
    if (value === isLost) lost += 1;
    if (value === isLeft && (left += 1) > 1)
      await pause(activation, Math.min(lastPauseMs, firstPauseMs * 2 ** (left - 2)));
    if (current.aborted) return undefined;
    if (lost === maxLost) throw workerLost(activation.nodeId, lost);
  }
}

/** Returns after that time, or when the node is cancelled; never once the run is released. */
function pause({ run, current }: Activation, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancelTimer = run.setTimer(ms, () => {
      forget();
      resolve();
    });
    const forget = current.onAbort(() => {
      cancelTimer();
      resolve();
    });
  });
}

/** What an attempt returns whose worker has died, or has left it to others. */
const [isLost, isLeft] = [Symbol("lost"), Symbol("left")];

/** Runs an attempt once the budgets have something for it, and counts what it leaves. */
async function withAllowance(activation: Activation, next: Attempt): Promise<unknown> {
  const { run, scope, node, current } = activation;
  if (cleansUp(scope)) return next(activation);
  const { usesAtMost } = node.definition;
  const isUnderWay = isPlacedBefore(activation);
  const grant = await run.reservations.allowances.grant(
    scope.frame.budget,
    { usesAtMost, isUnderWay },
    () => current.signal,
  );
  try {
    activation.notes = { ...activation.notes, allowance: grant.allowance };
    return current.aborted ? undefined : await next(activation);
  } finally {
    grant.settle();
  }
}

async function placed(activation: Activation, dispatcher: RunDispatcher): Promise<unknown> {
  const cancelled = new AbortController();
  // It goes on when this process only leaves the run: the next owner waits for the same attempt.
  activation.onAbort(() => void (activation.run.released || cancelled.abort()));
  const { current } = activation;
  const outcome = await dispatcher.place(jobOf(activation), cancelled.signal, {
    onClaimed: (worker) => void (current.aborted || activation.run.emit("node.claimed", activation, { worker })),
  });
  for (const step of outcome.steps ?? []) recordStep(activation, step);
  if ("lost" in outcome) return outcome.left === true ? isLeft : isLost;
  activation.addUsage(outcome.usage);
  if ("error" in outcome) throw refusedByBudget(activation, outcome.error);
  if (outcome.turn !== undefined && !activation.ended) keepTurn(activation, outcome.turn);
  return outcome.output;
}

/** Records what another worker has done, unless an earlier owner of the run has. What it used is counted with it. */
function recordStep({ run, path, scope, ended }: Activation, { key, value, usage }: PlacedStep): void {
  if (run.steps.get(path, key) !== undefined) return;
  if (usage !== undefined) scope.frame.budget.add(usage);
  const durable = run.append({ kind: "step", at: run.clock.now(), path, key, value, usage });
  if (!ended) run.steps.keep(path, key, { value, durable });
}

/** The error of an attempt. If it has used up its allowance, it is the budget with the least room that refuses. */
function refusedByBudget({ notes, scope, path }: Activation, error: IceError): IceError {
  const what = budgetedQuantities.find((one) => one === error.details["budget"]);
  if (error.code !== "ICE_BUDGET_EXCEEDED" || what === undefined || notes?.allowance?.[what] === undefined)
    return error;
  const meters = [...scope.frame.budget.andAround()].filter(({ limits }) => limits[what] !== undefined);
  const narrowest = meters.reduce((least, meter) => (meter.room(what) < least.room(what) ? meter : least));
  return narrowest.refuse(what, path);
}

function jobOf(activation: Activation): PlacedJob {
  const { runId, path, attempt, node, config, context, input, idempotencyKey, callId, scope, run, notes } = activation;
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
    repetition: attemptsAround(scope).length > 0 ? callId.slice(0, 8) : undefined,
    allowance: notes?.allowance,
    steps: run.steps.of(path),
    turns: turnsFor(activation),
  };
}

function turnsFor({ node, config, run }: Activation): PlacedJob["turns"] {
  const conversation = node.definition.conversation?.(config);
  return conversation && run.memory.read(threadName(conversation.thread), conversation.maxTurns);
}

/** Workers have died with the node so often that it is not tried again. */
export const workerLost = (id: string, times: number): IceError =>
  new IceError("ICE_WORKER_LOST", `${times} workers have died while they executed node "${id}".`, {
    fix: "look at the logs of the workers: the node may need more memory than they have, or end their process",
  });
