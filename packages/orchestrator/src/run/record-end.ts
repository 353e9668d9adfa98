import type { Activation } from "./activation.ts";
import { keepOutput } from "./cached-outcome.ts";
import type { Outcome } from "./outcome.ts";
import type { ScopeRun } from "./scope-run.ts";

/** Whether an outcome ends the workflow of its node. */
export const endsWorkflow = ({ node }: Activation, { status }: Outcome): boolean =>
  node.definition.ends && status === "completed";

/** Records how a node has ended, in its scope, its workflow and its run. Undefined if that is durable at once. */
export function recordEnd(
  { frame, siblings }: ScopeRun,
  activation: Activation,
  outcome: Outcome,
): Promise<void> | undefined {
  const { node, path, run } = activation;
  const { status } = outcome;
  activation.releaseSlot();
  activation.finish();
  siblings.states[node.position] = status;
  if (status === "completed") siblings.outputs[node.position] = outcome.output;
  if (status === "failed") frame.recordBudgetStop(outcome.error);
  // Recorded before the outcome: with it, the workflow has ended.
  if (status === "completed" && node.definition.ends) frame.markEnded(path, outcome.output);
  const durable = run.recordOutcome(activation, outcome);
  if (activation.cacheKey !== undefined) keepOutput(activation, outcome);
  run.reentry?.end(path);
  return durable;
}
