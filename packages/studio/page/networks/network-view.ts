import type { ErrorRecord, Usage, WaitingNode } from "@ice/core";
import type { GraphNode, RunEvent } from "../api/types.ts";
import type { NodeState } from "../state/node-state.ts";
import { runState } from "../state/node-state.ts";
import type { NodeView, RunView } from "../state/run-reducer.ts";

/** A run of a network, or why there is none. */
export interface Member {
  readonly id: string;
  /** Absent: it has not started. */
  readonly runId?: string;
  readonly workflow: string;
  readonly state: NodeState;
  readonly word: string;
  /** One sentence about what it does. */
  readonly now: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** What it has used so far. */
  readonly usage?: Usage;
}

/** What the document of a network says about a workflow in it. */
export interface ShownMember {
  readonly runId?: string;
  readonly status: string;
  readonly workflow?: { readonly name: string; readonly version: string };
  readonly skipReason?: string;
  readonly error?: ErrorRecord;
  readonly waiting?: readonly WaitingNode[];
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly usage?: Usage;
}

interface MembersOptions {
  readonly graph: readonly GraphNode[];
  readonly workflows: Readonly<Record<string, ShownMember>>;
  /** Of the network: a run that has begun may not be in the document yet. */
  readonly events: readonly RunEvent[];
  /** Why a workflow has not started, by path. */
  readonly reasons: ReadonlyMap<string, string>;
}

const ended = new Set<NodeState>(["completed", "failed", "cancelled", "skipped"]);

/** The runs of a network in the order of its graph. */
export function membersOf({ graph, workflows, events, reasons }: MembersOptions): Member[] {
  const started = new Map(
    events.flatMap(({ type, path, at }) => (type === "network.workflowStarted" && path ? [[path, at] as const] : [])),
  );
  return graph.map(({ id, path, type }) => {
    const shown = workflows[id];
    const startedAt = shown?.startedAt ?? started.get(path);
    if (shown === undefined) {
      const state: NodeState = started.has(path) ? "running" : "pending";
      const now = state === "running" ? "starts" : (reasons.get(path) ?? "has not started");
      return { id, workflow: type, state, word: state, now, ...(startedAt !== undefined && { startedAt }) };
    }
    const { state, word } = runState(
      shown.status,
      shown.waiting?.some(({ kind }) => kind === "human"),
    );
    return {
      id,
      ...(shown.runId !== undefined && { runId: shown.runId }),
      workflow: shown.workflow === undefined ? type : `${shown.workflow.name} ${shown.workflow.version}`,
      state,
      word,
      now: nowOf(shown, state),
      ...(shown.usage !== undefined && { usage: shown.usage }),
      ...(startedAt !== undefined && { startedAt }),
      ...(ended.has(state) && shown.endedAt !== undefined && { endedAt: shown.endedAt }),
    };
  });
}

function nowOf({ error, waiting = [], skipReason }: ShownMember, state: NodeState): string {
  if (error !== undefined) return `${error.code}: ${error.message}`;
  const [first] = waiting;
  if (first !== undefined) return first.promptMessage ? `asks: ${first.promptMessage}` : `waits at ${first.path}`;
  if (state === "skipped") return skipReason === "dependencyFailed" ? "a workflow before it failed" : "does not run";
  return state === "running" ? "runs" : "";
}

/** The same as nodes of a run, which graphs are drawn of. */
export function viewOf(members: readonly Member[], events: readonly RunEvent[], now: number): RunView {
  const nodes = members.flatMap(({ id, state, now: asks, startedAt, endedAt }): NodeView[] => {
    if (state === "pending") return [];
    const isWaiting = state === "waiting" || state === "suspended";
    const span = {
      kind: isWaiting ? ("waiting" as const) : ("attempt" as const),
      attempt: 1,
      state,
      start: startedAt ?? now,
      ...(endedAt !== undefined && { end: endedAt }),
    };
    const at = endedAt ?? span.start;
    return [{ path: id, type: "workflow", state, attempt: 1, spans: [span], at, ...(isWaiting && { asks }) }];
  });
  return { nodes: new Map(nodes.map((node) => [node.path, node])), events, lastAt: events.at(-1)?.at ?? 0 };
}
