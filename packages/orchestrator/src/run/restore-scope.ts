import type { IceError } from "@ice/core";
import type { RunHistory } from "../history/history.ts";
import type { NodePlan } from "../plan/plan.ts";
import type { Agenda } from "../scheduling/agenda.ts";
import type { SiblingStates } from "../scheduling/sibling-states.ts";
import { fromErrorRecord } from "./failure.ts";

/** The first recorded failure of a scope. */
interface Failure {
  readonly node: NodePlan;
  readonly error: IceError;
  /** Number of nodes of the scope with an outcome at that time, including this one. */
  readonly outcomes: number;
}

/**
 * Restores the recorded outcomes of the nodes of a scope: they do not run again, and are released in order.
 *
 * @returns the first failure among them, and whether one was cancelled.
 */
export function restoreScope(
  { prefix, siblings }: { readonly prefix: string; readonly siblings: SiblingStates },
  history: RunHistory | undefined,
  agenda: Agenda,
): { readonly failure: Failure | undefined; readonly anyCancelled: boolean } {
  let failure: Failure | undefined;
  let anyCancelled = false;
  for (const [index, outcome] of (history?.outcomesIn(prefix) ?? []).entries()) {
    const { path, node } = outcome;
    const position = siblings.restore(path.slice(prefix.length), node);
    if (position === undefined) continue;
    if (node.status === "failed")
      failure ??= {
        node: siblings.plan.nodes[position]!,
        error: fromErrorRecord(node.error!, outcome),
        outcomes: index + 1,
      };
    anyCancelled ||= node.status === "cancelled";
    agenda.end(position);
  }
  return { failure, anyCancelled };
}
