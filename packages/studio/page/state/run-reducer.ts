import type { ErrorRecord, LiveEvent, RunEvent } from "../api/types.ts";
import type { NodeState } from "./node-state.ts";
import { endAttempt, startAttempt, startWait, withStart, type Gap, type Span } from "./spans.ts";

/** What the events say about a node. */
export interface NodeView {
  readonly path: string;
  readonly type: string;
  readonly state: NodeState;
  readonly attempt: number;
  readonly spans: readonly Span[];
  /** Time of its last event. */
  readonly at: number;
  /** When its next attempt begins, after one that has failed. */
  readonly retryAt?: number | undefined;
  /** Of a loop: how many items it has. */
  readonly items?: number;
  readonly error?: ErrorRecord;
  readonly skipReason?: string;
  /** The text of a question, or what it waits for. */
  readonly asks?: string;
}

export interface RunView {
  /** By path, in the order in which they came. */
  readonly nodes: ReadonlyMap<string, NodeView>;
  /** Those that are recorded. */
  readonly events: readonly RunEvent[];
  /** Time of the last event. */
  readonly lastAt: number;
  /** The last time in which no process had the run. */
  readonly gap?: Gap | undefined;
}

export const emptyRun: RunView = { nodes: new Map(), events: [], lastAt: 0 };

/**
 * What a run looks like after more events. The maps of earlier views stay as they are. Of events that are not recorded, the starts of
 * nodes count: most nodes have a record of their end alone.
 */
export function applyEvents(view: RunView, events: readonly (RunEvent | LiveEvent)[]): RunView {
  const nodes = new Map(view.nodes);
  const recorded: RunEvent[] = [];
  let { lastAt, gap } = view;
  for (const event of events) {
    if (isRecorded(event)) {
      recorded.push(event);
      if (event.type === "workflow.resumed") gap = { from: lastAt, to: event.at };
      lastAt = event.at;
    }
    if (event.type === "workflow.resumed" || event.type === "workflow.suspended") forgetReported(nodes);
    if (event.path === undefined) continue;
    const before = nodes.get(event.path) ?? emptyNode(event.path);
    const after = isRecorded(event) ? afterEvent(before, event, gap) : afterReport(before, event);
    if (after !== undefined) nodes.set(event.path, { ...after, at: event.at });
  }
  return { nodes, events: recorded.length === 0 ? view.events : [...view.events, ...recorded], lastAt, gap };
}

export const isRecorded = (event: RunEvent | LiveEvent): event is RunEvent => "id" in event;

const emptyNode = (path: string): NodeView => ({ path, type: "", state: "pending", attempt: 0, spans: [], at: 0 });

/** Nodes whose start was only reported have left no trace with their process: they start again. */
function forgetReported(nodes: Map<string, NodeView>): void {
  for (const [path, node] of nodes) {
    const last = node.spans.at(-1);
    if (last?.isInferred !== true || last.end !== undefined) continue;
    const spans = node.spans.slice(0, -1);
    if (spans.length === 0) nodes.delete(path);
    else nodes.set(path, { ...node, state: "pending", spans });
  }
}

/** A node starts. Undefined if its records say more than that. */
function afterReport(node: NodeView, { type, at, nodeType = node.type, attempt = 1 }: LiveEvent): NodeView | undefined {
  if (type !== "node.started" || at <= node.at) return undefined;
  const last = node.spans.at(-1);
  const isOpen = last !== undefined && last.end === undefined;
  if (isOpen ? last.isInferred !== true : node.state === "running" || node.state === "retrying") return undefined;
  const span: Span = { kind: "attempt", attempt, state: "running", start: at, isInferred: true };
  const spans = [...(isOpen ? node.spans.slice(0, -1) : node.spans), span];
  return { ...node, type: nodeType, state: "running", attempt, spans };
}

/** Undefined for an event that changes nothing about the node. */
function afterEvent(node: NodeView, event: RunEvent, gap: Gap | undefined): NodeView | undefined {
  const { at, data, attempt = node.attempt, nodeType = node.type } = event;
  const known = { ...node, type: nodeType === "" ? node.type : nodeType, attempt };
  switch (event.type) {
    case "node.started":
    case "node.placed": {
      const { items } = data;
      const spans = startAttempt(node.spans, at, attempt, gap);
      return { ...known, state: "running", spans, ...(typeof items === "number" && { items }) };
    }
    case "node.retryScheduled": {
      const from = node.retryAt === undefined ? at : Math.max(node.retryAt, gap?.to ?? 0);
      const spans = endAttempt(node.spans, { at, attempt, state: "failed", from });
      return { ...known, state: "retrying", spans, retryAt: at + Number(data["delayMs"] ?? 0) };
    }
    case "human.requested":
    case "human.escalated":
    case "wait.started": {
      const state = event.type === "wait.started" ? "suspended" : "waiting";
      const asks = typeof data["promptMessage"] === "string" ? data["promptMessage"] : waitText(data["signals"]);
      return { ...known, state, asks, spans: startWait(node.spans, at, Math.max(1, attempt), state) };
    }
    case "human.responded":
    case "human.timedOut":
      if (node.state !== "waiting") return undefined;
      return { ...known, state: "running", spans: endAttempt(node.spans, { at, attempt, state: "waiting", from: at }) };
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      return ended(known, event, event.type.slice("node.".length) as NodeState, gap);
    case "node.skipped":
      return { ...ended(known, event, "skipped", gap), skipReason: String(data["skipReason"] ?? "") };
    default:
      return undefined;
  }
}

const waitText = (signals: unknown): string =>
  Array.isArray(signals) && signals.length > 0 ? `waits for the signal ${signals.join(" or ")}` : "waits";

/** A node that has ended began `durationMs` before. Its last attempt began after the pause that follows the one before. */
function ended(node: NodeView, { at, data }: RunEvent, state: NodeState, gap: Gap | undefined): NodeView {
  const error = data["error"] as ErrorRecord | undefined;
  const after = { ...node, state, retryAt: undefined, ...(error !== undefined && { error }) };
  if (node.attempt === 0) return after;
  const start = at - (typeof data["durationMs"] === "number" ? data["durationMs"] : 0);
  const from = node.retryAt === undefined ? start : Math.max(node.retryAt, start, gap?.to ?? 0);
  const last = state === "skipped" && error !== undefined ? "failed" : state;
  const spans = endAttempt(node.spans, { at, attempt: node.attempt, state: last, from });
  return { ...after, spans: withStart(spans, start) };
}
