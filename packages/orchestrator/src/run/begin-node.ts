import type { Activation } from "./activation.ts";
import { cleansUp } from "./closing.ts";

/** Begins a node, and returns what its attempts return. @throws IceError `ICE_BUDGET_EXCEEDED`, and what the attempts throw. */
export function beginNode(activation: Activation): unknown {
  const { scope, run, node, path } = activation;
  activation.begin();
  run.emit(run.events.names.node.started, activation, {});
  if (!cleansUp(scope)) scope.frame.budget.reserve("nodes", path);
  return node.attempt(activation);
}
