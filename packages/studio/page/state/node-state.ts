/** The state of a node as it is shown. */
export type NodeState =
  | "completed"
  | "running"
  | "failed"
  /** For people. */
  | "waiting"
  /** For a time or a signal. */
  | "suspended"
  | "retrying"
  | "skipped"
  | "cancelled"
  | "pending";

/** The worst first: what several nodes together are shown as. */
export const statesByWeight: readonly NodeState[] = [
  "failed",
  "waiting",
  "retrying",
  "suspended",
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

/** The word for a state. */
export const stateWord = (state: NodeState): string => (state === "suspended" ? "waiting" : state);

/** States of nodes that have not ended. */
export const openStates: readonly NodeState[] = ["pending", "running", "waiting", "suspended", "retrying"];

export type Counts = Readonly<Partial<Record<NodeState, number>>>;

export function countStates(states: Iterable<NodeState>): Counts {
  const counts: Partial<Record<NodeState, number>> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The state that a status of a run looks like, and its word. */
export function runState(status: string, asksPeople = false): { readonly state: NodeState; readonly word: string } {
  if (status === "suspended")
    return asksPeople ? { state: "waiting", word: "waiting for an answer" } : { state: "suspended", word: "suspended" };
  if (status === "interrupted") return { state: "cancelled", word: "interrupted" };
  if (status === "queued") return { state: "pending", word: "queued" };
  return { state: status as NodeState, word: status };
}
