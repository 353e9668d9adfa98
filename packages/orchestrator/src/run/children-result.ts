import type { ChildrenResult, IceError } from "@ice/core";
import type { Activation } from "./activation.ts";
import { withLocals } from "./context.ts";
import type { ScopeRun } from "./scope-run.ts";

/** What became of a scope, for its container. */
export function childrenResult(
  { siblings, names }: ScopeRun,
  parent: Activation | undefined,
  { status, error }: { readonly status: ChildrenResult["status"]; readonly error: IceError | undefined },
): ChildrenResult {
  return {
    status,
    ...(error === undefined ? {} : { error }),
    outputs: siblings.completedOutputs(),
    output: siblings.lastOutput(),
    evaluate: (field, locals = {}) =>
      parent!.evaluateLater(field, withLocals(locals, { get: (name) => names.inside(name) })),
  };
}
