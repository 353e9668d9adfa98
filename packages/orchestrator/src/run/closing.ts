import { IceError } from "@ice/core";
import type { NodePlan } from "../plan/plan.ts";
import type { Activation } from "./activation.ts";
import type { Outcome } from "./outcome.ts";
import type { ScopeRun } from "./scope-run.ts";

/** Whether nothing new starts in a scope, because something around it is being stopped. What cleans up does. */
export function isCancelling({ frame, parent, isCleanup }: ScopeRun): boolean {
  if (!frame.run.hasStopped || isCleanup) return false;
  return parent === undefined ? frame.isCancelling : parent.isClosing || isCancelling(parent.scope);
}

/** Whether the nodes of a scope clean up, so that no budget refuses them. */
export function cleansUp({ frame, parent = frame.parent, isCleanup }: ScopeRun): boolean {
  return isCleanup || (parent !== undefined && cleansUp(parent.scope));
}

/** Attempts of scopes around a scope that repeat the effects in it: what was undone is a new effect. */
export function repeatsAround({ frame, parent = frame.parent }: ScopeRun): readonly string[] {
  if (parent === undefined) return [];
  const { node, attempt, path, scope } = parent;
  const outer = repeatsAround(scope);
  return node.definition.undoes && attempt > 1 ? [...outer, `${path}#${attempt}`] : outer;
}

/** Attempts of the containers around a scope, but for first ones. */
export function attemptsAround({ frame, parent = frame.parent }: ScopeRun): readonly string[] {
  if (parent === undefined) return [];
  const { attempt, path, scope } = parent;
  const outer = attemptsAround(scope);
  return attempt > 1 ? [...outer, `${path}#${attempt}`] : outer;
}

/** Its scope stops a node: nothing new starts below it, and what its executor returns no longer counts. */
export function holdBack(activation: Activation): void {
  activation.isStopped = true;
  activation.isClosing = true;
  activation.run.hasStopped = true;
}

/**
 * How a node ends that cannot start any more. Undefined if it never has; `enter` for a container that an earlier process has begun: what
 * it left open is entered first, and closes as in that process.
 */
export function outcomeOfUnstarted({ frame, prefix }: ScopeRun, node: NodePlan): Outcome | "enter" | undefined {
  const path = prefix + node.id;
  const { history, reentry } = frame.run;
  const output = frame.outputOfEnd(path);
  if (output !== undefined) return { status: "completed", output };
  if (history?.attemptState(path) === undefined) return undefined;
  return node.isContainer && reentry?.isOpen(path) === true ? "enter" : { status: "cancelled" };
}

/**
 * How a node ends that its scope stops. A promise if something that an earlier process has begun in it has to be entered first, or if
 * something in it cleans up.
 */
export function stoppedOutcome(activation: Activation): Outcome | Promise<Outcome> {
  holdBack(activation);
  const entered = activation.run.reentry?.below(activation.path);
  return entered === undefined ? closedOutcome(activation) : entered.then(() => closedOutcome(activation));
}

function closedOutcome(activation: Activation): Outcome | Promise<Outcome> {
  const reason = new IceError("ICE_RUN_CANCELLED", `Node "${activation.node.id}" was cancelled.`);
  const closing = activation.abortAttempt(reason);
  const outcome = (): Outcome => {
    const error = activation.failedClosing;
    return error === undefined ? { status: "cancelled" } : { status: "failed", error };
  };
  return closing === undefined ? outcome() : closing.then(outcome);
}
