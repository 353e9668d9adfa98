import type { ChildrenResult, ExpressionScope, IceError, JsonObject } from "@ice/core";
import type { Activation } from "./activation.ts";
import { withLocals } from "./context.ts";
import { evaluateLazily, evaluateLazilyInTurns } from "./evaluate-lazily.ts";
import type { ScopeRun } from "./scope-run.ts";

/** The result of a scope. */
export interface ScopeResult extends ChildrenResult {
  /** Ids of the completed nodes in the order of their ends, if that was asked for. */
  readonly completedInOrder: readonly string[];
}

/** The result of a scope, for its container. */
export function childrenResult(
  { siblings, names }: ScopeRun,
  parent: Activation | undefined,
  { status, error }: { readonly status: ChildrenResult["status"]; readonly error: IceError | undefined },
): ScopeResult {
  const withInside = (locals: JsonObject): ExpressionScope => withLocals(locals, { get: (name) => names.inside(name) });
  let outputs: JsonObject | undefined;
  return {
    status,
    ...(error === undefined ? {} : { error }),
    get outputs() {
      return (outputs ??= siblings.completedOutputs());
    },
    output: siblings.lastOutput(),
    get completedInOrder() {
      return siblings.completedInOrder();
    },
    evaluate: (field, locals = {}) => evaluateLazily(parent!, field, withInside(locals)),
    evaluateInTurns: (field, locals = {}) => evaluateLazilyInTurns(parent!, field, withInside(locals)),
  };
}
