import type {
  JournalRecord,
  JournalRecordOf,
  Json,
  JsonObject,
  NodeRecord,
  RunResult,
  StoredRun,
  WaitingNode,
} from "@ice/core";
import { type Steps, answerId } from "@ice/core/internal";
import { currentDocument } from "../plan/run-document.ts";
import { historyOf, type RunHistory } from "./history.ts";
import { noUsage } from "./usage.ts";

/** Nodes that are copied between two pauses: about 50 µs. */
const nodesBetweenPauses = 100;

/** The result of a run, as far as it is recorded. The end time of a run that has not ended is that of its last record. */
export function* resultOf(stored: StoredRun): Steps<RunResult> {
  const history = yield* historyOf(stored);
  const ended = lastOf(stored.records, "ended");
  const nodes: Record<string, NodeRecord> = {};
  let copied = 0;
  for (const [path, node] of nodesOf(history, ended !== undefined)) {
    if ((copied += 1) % nodesBetweenPauses === 0) yield;
    nodes[path] = node;
  }
  const { runId, workflow: name, version, status, startedAt, startedBy } = stored;
  const endedAt = ended?.at ?? stored.records.at(-1)?.at ?? startedAt;
  return {
    runId,
    workflow: { name, version },
    status,
    output: ended?.output ?? (declaresOutputs(stored) ? {} : topLevelOutputs(stored, nodes)),
    nodes,
    usage: { ...noUsage, ...(ended?.usage ?? history.spentBelow("").usage) },
    ...(ended?.error === undefined ? {} : { error: ended.error }),
    ...(ended === undefined ? waitingOf(stored, history) : {}),
    ...(startedBy && { startedBy }),
    startedAt,
    endedAt,
    durationMs: Math.max(0, endedAt - startedAt),
  };
}

/**
 * The nodes with an outcome, in the order in which these were recorded, and behind them those in progress. A run that was ended without
 * being opened, because workers died of it, may leave nodes without an outcome.
 */
export function* nodesOf(history: RunHistory, hasEnded: boolean): Iterable<readonly [path: string, node: NodeRecord]> {
  yield* history.nodes;
  if (hasEnded) return;
  for (const { path, type, attempt, at } of history.inProgress())
    yield [path, { type, status: "waiting", attempts: attempt, startedAt: at }];
  for (const { path, type, attempt, at } of history.inFlight())
    yield [path, { type, status: "running", attempts: attempt, startedAt: at }];
}

/** Unanswered requests: a run that is resumed now would wait for them again. */
export function openRequests(
  { signals }: Pick<StoredRun, "signals">,
  history: RunHistory,
): JournalRecordOf<"waiting">[] {
  const answered = new Set(signals.flatMap(({ id, name }) => (name === undefined ? id : [])));
  return history
    .lastRequests()
    .filter(({ path, request }) => !history.isOver(path) && !answered.has(answerId(path, request)));
}

/** A suspended run always has `waiting`; a run in progress only if it waits for something. */
function waitingOf(stored: StoredRun, history: RunHistory): Pick<RunResult, "waiting"> {
  const waiting = waitingNodes({ ...stored, left: lastOf(stored.records, "suspended") }, history);
  return stored.status === "suspended" || waiting.length > 0 ? { waiting } : {};
}

/** What decides what a run that has not ended waits for. */
interface WaitingRun extends Pick<StoredRun, "kind" | "signals"> {
  /** The last record of a suspension. */
  readonly left: JournalRecordOf<"suspended"> | undefined;
}

/** What the nodes of a run that has not ended wait for. */
export function waitingNodes({ left, ...run }: WaitingRun, history: RunHistory): WaitingNode[] {
  if (isNetwork(run)) return history.inProgress().map(({ path }) => ({ path, kind: "run" }));
  const waiting = openRequests(run, history).map(waitingNode);
  return left?.reason === "paused" ? [...waiting, { path: left.path ?? "", kind: "pause" }] : waiting;
}

function waitingNode({ path, wait }: JournalRecordOf<"waiting">): WaitingNode {
  if (wait.kind === "human") {
    const { escalated: _, ...shown } = wait;
    return { path, ...shown };
  }
  const { signals, resumeAt, expiresAt } = wait;
  return signals.length === 0
    ? { path, kind: "timer", resumeAt }
    : { path, kind: "signal", signals, resumeAt, expiresAt };
}

/** Whether the nodes of a run are the workflows of a network. */
export const isNetwork = ({ kind }: Pick<StoredRun, "kind">): boolean => kind === "network";

const blueprintOf = (stored: StoredRun): JsonObject => (currentDocument(stored).data["blueprint"] ?? {}) as JsonObject;

const declaresOutputs = (stored: StoredRun): boolean => blueprintOf(stored)["outputs"] !== undefined;

/** Outputs of the completed top-level nodes, in the order of the blueprint. */
function topLevelOutputs(stored: StoredRun, nodes: Readonly<Record<string, NodeRecord>>): JsonObject {
  const output: Record<string, Json> = {};
  for (const { id } of (blueprintOf(stored)["nodes"] ?? []) as unknown as readonly { readonly id: string }[])
    if (Object.hasOwn(nodes, id) && nodes[id]!.status === "completed") output[id] = nodes[id]!.output ?? null;
  return output;
}

function lastOf<Kind extends JournalRecord["kind"]>(
  records: readonly JournalRecord[],
  kind: Kind,
): JournalRecordOf<Kind> | undefined {
  return records.findLast((record): record is JournalRecordOf<Kind> => record.kind === kind);
}
