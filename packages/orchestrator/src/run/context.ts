import type { ExpressionScope, Json, JsonObject, NodeContext } from "@ice/core";
import type { NodePlan } from "../plan/plan.ts";
import type { SiblingStates } from "../scheduling/sibling-states.ts";

/**
 * The outputs of a node's completed dependencies: a new, frozen, shallow map of the declared dependencies; with `seen`, only of
 * those.
 */
export function contextOf(node: NodePlan, siblings: SiblingStates, seen?: readonly string[]): NodeContext {
  const context: Record<string, Json> = {};
  for (const position of node.dependencies) {
    const output = siblings.outputs[position];
    if (output === undefined) continue;
    const { id } = siblings.plan.nodes[position]!;
    if (seen === undefined || seen.includes(id)) context[id] = output;
  }
  return Object.freeze(context);
}

/** The map `nodes` of expressions: outputs of the scopes around, overridden by nearer ones. */
export function nodesMap(own: NodeContext, outer: Json | undefined): JsonObject {
  return outer === undefined ? own : { ...(outer as JsonObject), ...own };
}

/** A scope that adds names to another. */
export function withLocals(locals: Readonly<Record<string, Json>>, outer: ExpressionScope): ExpressionScope {
  return { get: (name) => (Object.hasOwn(locals, name) ? locals[name] : outer.get(name)) };
}
