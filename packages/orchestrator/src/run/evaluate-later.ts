import type { ExpressionScope, Json } from "@ice/core";
import type { Activation } from "./activation.ts";

/** Evaluates a field of phase `later`; an absent optional field is null. */
export function evaluateLater({ node, run }: Activation, field: string, scope: ExpressionScope): Json {
  return node.laterFields.get(field)?.evaluate(scope, run.bounds.evaluation()) ?? null;
}

/** The same, with pauses between the expressions; what an aborted attempt wanted to know is not evaluated any more. */
export function evaluateLaterInTurns(
  { node, run, current }: Activation,
  field: string,
  scope: ExpressionScope,
): Json | Promise<Json> {
  const evaluation = run.bounds.evaluation(() => current.aborted);
  return node.laterFields.get(field)?.evaluateIn(scope, evaluation) ?? null;
}
