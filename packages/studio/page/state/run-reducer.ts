import type { ErrorRecord, RunEvent } from "../api/types.ts";
import type { NodeState } from "./node-state.ts";

/** A span of time in which a node was tried, or waited. */
interface Span {
  readonly kind: "attempt" | "waiting";
  readonly state: NodeState;
  readonly start: number;
  /** Absent while it lasts. */
  readonly end?: number;
}

/** What the events say about a node. */
export interface NodeView {
  readonly path: string;
  readonly type: string;
  readonly state: NodeState;
  readonly attempt: number;
  readonly spans: readonly Span[];
  readonly error?: ErrorRecord;
  readonly skipReason?: string;
  /** The text of a question, or what it waits for. */
  readonly asks?: string;
}

export interface RunView {
  /** By path, in the order in which they came. */
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly events: readonly RunEvent[];
  /** Time of the last event. */
  readonly lastAt: number;
}

export const emptyRun: RunView = { nodes: new Map(), events: [], lastAt: 0 };

/** What a run looks like after more events. The maps of earlier views stay as they are. */
export function applyEvents(view: RunView, events: readonly RunEvent[]): RunView {
  const nodes = new Map(view.nodes);
  for (const event of events) {
    if (event.path === undefined) continue;
    const before = nodes.get(event.path) ?? emptyNode(event);
    const after = applyEvent(before, event);
    if (after !== undefined) nodes.set(event.path, after);
  }
  return { nodes, events: [...view.events, ...events], lastAt: events.at(-1)?.at ?? view.lastAt };
}

const emptyNode = ({ path = "", nodeType = "" }: RunEvent): NodeView => ({
  path,
  type: nodeType,
  state: "pending",
  attempt: 0,
  spans: [],
});

/** Undefined for an event that changes nothing about the node. */
function applyEvent(node: NodeView, event: RunEvent): NodeView | undefined {
  const { at, data, attempt = node.attempt, nodeType = node.type } = event;
  const known = { ...node, type: nodeType === "" ? node.type : nodeType, attempt };
  switch (event.type) {
    case "node.started":
    case "node.placed": {
      // An attempt whose worker was lost ends when the next one is placed.
      const before = node.spans.length === 0 ? [] : closeSpans(node, at, "failed", 0);
      return { ...known, state: "running", spans: [...before, { kind: "attempt", state: "running", start: at }] };
    }
    case "node.retryScheduled":
      return { ...known, state: "retrying", spans: closeSpans(node, at, "failed", data["durationMs"]) };
    case "human.requested":
    case "wait.started":
      return {
        ...known,
        state: "waiting",
        asks: typeof data["promptMessage"] === "string" ? data["promptMessage"] : waitText(data["signals"]),
        spans: [...closeSpans(node, at, "completed", 0), { kind: "waiting", state: "waiting", start: at }],
      };
    case "human.responded":
    case "human.timedOut":
    case "signal.received":
      return node.state === "waiting"
        ? { ...known, state: "running", spans: closeSpans(node, at, "waiting", 0) }
        : undefined;
    case "node.completed":
    case "node.failed":
    case "node.cancelled":
      return ended(known, event, event.type.slice("node.".length) as NodeState);
    case "node.skipped":
      return { ...ended(known, event, "skipped"), skipReason: String(data["skipReason"] ?? "") };
    default:
      return undefined;
  }
}

const waitText = (signals: unknown): string =>
  Array.isArray(signals) && signals.length > 0 ? `waits for the signal ${signals.join(" or ")}` : "waits";

function ended(node: NodeView, { at, data }: RunEvent, state: NodeState): NodeView {
  const error = data["error"] as ErrorRecord | undefined;
  const spans = node.attempt === 0 ? node.spans : closeSpans(node, at, state, data["durationMs"]);
  return { ...node, state, spans, ...(error !== undefined && { error }) };
}

/** Ends the open span. A node whose start has no record began `durationMs` before its end. */
function closeSpans({ spans }: NodeView, at: number, state: NodeState, durationMs: unknown): readonly Span[] {
  const last = spans.at(-1);
  if (last !== undefined && last.end === undefined)
    return [...spans.slice(0, -1), { ...last, state: last.kind === "waiting" ? "waiting" : state, end: at }];
  if (last?.kind === "waiting" || (durationMs === 0 && spans.length > 0)) return spans;
  const length = typeof durationMs === "number" ? durationMs : 0;
  return [...spans, { kind: "attempt", state, start: at - length, end: at }];
}

/** How long a node was tried, without waiting; undefined when it was not. */
export function activeMs({ spans }: NodeView, now: number): number | undefined {
  if (spans.length === 0) return undefined;
  return spans.reduce((sum, { kind, start, end }) => (kind === "waiting" ? sum : sum + (end ?? now) - start), 0);
}

/** How long it has waited. */
export const waitedMs = ({ spans }: NodeView, now: number): number =>
  spans.reduce((sum, { kind, start, end }) => (kind === "waiting" ? sum + (end ?? now) - start : sum), 0);
