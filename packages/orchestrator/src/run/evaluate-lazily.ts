import type { ExpressionScope, Json } from "@ice/core";
import type { NodePlan } from "../plan/plan.ts";
import type { Bounds } from "./bounds.ts";

/** Of an activation: its node, and what bounds its expressions. */
interface Evaluating {
  readonly node: Pick<NodePlan, "lazyFields">;
  readonly run: { readonly bounds: Bounds };
  readonly current: { readonly aborted: boolean };
}

/** Evaluates a field of phase `lazy`; an absent optional field is null. */
export function evaluateLazily(
  { node, run }: Pick<Evaluating, "node" | "run">,
  field: string,
  scope: ExpressionScope,
): Json {
  return node.lazyFields.get(field)?.evaluate(scope, run.bounds.evaluation()) ?? null;
}

/** The same, with pauses between the expressions; what an aborted attempt wanted to know is not evaluated any more. */
export function evaluateLazilyInTurns(
  { node, run, current }: Evaluating,
  field: string,
  scope: ExpressionScope,
): Json | Promise<Json> {
  const evaluation = run.bounds.evaluation(() => current.aborted);
  return node.lazyFields.get(field)?.evaluateIn(scope, evaluation) ?? null;
}
