/** The state of a node as it is shown. */
export type NodeState =
  | "completed"
  | "running"
  | "failed"
  | "waiting"
  | "retrying"
  | "skipped"
  | "cancelled"
  | "pending";

/** The worst first: what several nodes together are shown as. */
export const statesByWeight: readonly NodeState[] = [
  "failed",
  "waiting",
  "retrying",
  "running",
  "cancelled",
  "pending",
  "completed",
  "skipped",
];

export function worstOf(states: Iterable<NodeState>): NodeState {
  let worst = statesByWeight.length;
  for (const state of states) worst = Math.min(worst, statesByWeight.indexOf(state));
  return statesByWeight[worst] ?? "pending";
}

export type Counts = Readonly<Partial<Record<NodeState, number>>>;

export function countStates(states: Iterable<NodeState>): Counts {
  const counts: Partial<Record<NodeState, number>> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The state that a status of a run looks like, and its word. */
export function runState(status: string, asksPeople = false): { readonly state: NodeState; readonly word: string } {
  if (status === "suspended") return { state: "waiting", word: asksPeople ? "waiting for an answer" : "suspended" };
  if (status === "interrupted") return { state: "cancelled", word: "interrupted" };
  if (status === "queued") return { state: "pending", word: "queued" };
  return { state: status as NodeState, word: status };
}
