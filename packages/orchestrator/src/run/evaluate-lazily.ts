import type { ExpressionScope, Json } from "@ice/core";
import type { NodePlan } from "../plan/plan.ts";
import type { Bounds } from "./bounds.ts";

/** The part of an activation that is needed: its node and the bounds of its expressions. */
interface Evaluating {
  readonly node: Pick<NodePlan, "lazyFields">;
  readonly run: { readonly bounds: Bounds };
  readonly current: { readonly aborted: boolean };
}

/** Evaluates a `lazy` field; an absent optional field is null. */
export function evaluateLazily(
  { node, run }: Pick<Evaluating, "node" | "run">,
  field: string,
  scope: ExpressionScope,
): Json {
  return node.lazyFields.get(field)?.evaluate(scope, run.bounds.evaluation()) ?? null;
}

/** The same, with pauses between expressions; the fields of an aborted attempt are not evaluated. */
export function evaluateLazilyInTurns(
  { node, run, current }: Evaluating,
  field: string,
  scope: ExpressionScope,
): Json | Promise<Json> {
  const evaluation = run.bounds.evaluation(() => current.aborted);
  return node.lazyFields.get(field)?.evaluateIn(scope, evaluation) ?? null;
}
