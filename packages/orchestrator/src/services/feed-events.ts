import type {
  ErrorRecord,
  FeedEvent,
  JournalEntry,
  JournalRecordOf,
  Json,
  JsonObject,
  RunSummary,
  Signal,
} from "@ice/core";
import { isPlainObject, jsonLength, shorten } from "@ice/core/internal";
import { storedAnswer, storedCallResult } from "../models/stored-shapes.ts";
import { eventNames } from "../run/run-events.ts";

/** What an event says besides its run, its position and its time. */
interface EventParts {
  readonly type: FeedEvent["type"];
  readonly at: number;
  readonly path?: string;
  readonly nodeType?: string;
  readonly attempt?: number;
  readonly data?: object;
}

/** The event that an entry of a journal stands for. Checkpoints and other notes for a resume stand for none. */
export function eventOf(run: RunSummary, entry: JournalEntry): FeedEvent | undefined {
  const parts = partsOf(run, entry);
  if (parts === undefined) return undefined;
  const { data = {}, ...rest } = parts;
  return { position: entry.position, runId: run.runId, ...rest, data: bounded(data as JsonObject) };
}

function partsOf(run: RunSummary, entry: JournalEntry): EventParts | undefined {
  const { name, version } = { name: run.workflow, version: run.version };
  if (entry.kind === "signal") return ofSignal(entry.signal);
  const names = eventNames[run.kind];
  if (entry.kind === "head") return { type: names.started, at: run.startedAt, data: { name, version } };
  const { record } = entry;
  const { at } = record;
  switch (record.kind) {
    case "started": {
      const about = { at, ...nodeOf(record), nodeType: record.type };
      if (record.place !== undefined) return { type: "node.placed", ...about, data: { queue: record.place } };
      return { type: names.node.started, ...about, data: itemsOf(record) };
    }
    case "outcome":
      return ofOutcome(run, record);
    case "attemptFailed": {
      const { retryAt, attempt, error } = record;
      const data = { delayMs: Math.max(0, retryAt - at), nextAttempt: attempt + 1, error: shortError(error) };
      return { type: "node.retryScheduled", at, ...nodeOf(record), data };
    }
    case "waiting":
      return ofWait(record);
    case "step":
      return ofStep(record);
    case "suspended":
      return { type: names.suspended, at, data: { reason: record.reason } };
    case "resumed":
      return { type: names.resumed, at, data: { name, version } };
    case "ended": {
      const durationMs = Math.max(0, at - run.startedAt);
      return { type: names[record.status], at, data: { durationMs, ...(record.error && { error: record.error }) } };
    }
    default:
      return undefined;
  }
}

const nodeOf = ({ path, attempt }: { readonly path: string; readonly attempt: number }) => ({ path, attempt });

/** How many items a loop has. */
function itemsOf({ type, fields }: JournalRecordOf<"started">): JsonObject {
  const items = type === "loop" ? fields?.["itemsSource"] : undefined;
  return Array.isArray(items) ? { items: items.length } : {};
}

/** Without the output of the node, which a reader can ask for. */
function ofOutcome(run: RunSummary, { at, path, node }: JournalRecordOf<"outcome">): EventParts {
  const { type, status, attempts, durationMs = 0, error, skipReason, recovered, cached } = node;
  const data = {
    ...(status === "skipped" ? { skipReason } : { durationMs }),
    ...(error !== undefined && { error }),
    ...(recovered === true && { recovered }),
    ...(cached === true && { cached }),
  };
  const known = status === "running" || status === "waiting" ? "started" : status;
  return { type: eventNames[run.kind].node[known], at, path, nodeType: type, attempt: attempts, data };
}

function ofWait({ at, path, request, wait }: JournalRecordOf<"waiting">): EventParts {
  if (wait.kind === "human")
    return { type: wait.escalated ? "human.escalated" : "human.requested", at, path, data: { request, ...wait } };
  const { signals, resumeAt, expiresAt } = wait;
  return { type: "wait.started", at, path, data: { signals, resumeAt, expiresAt } };
}

function ofSignal({ id, name, path, by, value, at }: Signal): EventParts {
  if (name !== undefined) return { type: "signal.received", at, data: { name, id } };
  const isLate = isPlainObject(value) && value["timedOut"] === true;
  return isLate
    ? { type: "human.timedOut", at, path, data: { request: Number(id.slice(id.lastIndexOf("#") + 1)) } }
    : { type: "human.responded", at, path, data: { by } };
}

/** Steps of agents: an answer of the model, or the result of a tool. */
function ofStep({ at, path, key, value }: JournalRecordOf<"step">): EventParts | undefined {
  const answer = storedAnswer.safeParse(value).data;
  if (answer !== undefined) {
    const { toolCalls, finishReason, model } = answer;
    const data = { key, model, tools: toolCalls.map(({ name }) => name), finishReason };
    return { type: "agent.stepCompleted", at, path, data };
  }
  const result = storedCallResult.safeParse(value).data;
  if (result === undefined) return undefined;
  return "error" in result
    ? { type: "tool.failed", at, path, data: { key, code: result.error.code } }
    : { type: "tool.returned", at, path, data: { key } };
}

const shortError = ({ code, message }: ErrorRecord): JsonObject => ({ code, message });

/** Maximum characters of the JSON of `data`. */
const maxData = 16 * 1024;
/** Texts are cut to this length, and other values above it become null, if `data` is too long. */
const maxPart = 1024;

/** Data that is not too long: long parts are cut, and `truncated` says so. */
function bounded(data: JsonObject): JsonObject {
  if (jsonLength(data, maxData) <= maxData) return data;
  return { ...(cut(data, 2) as JsonObject), truncated: true };
}

function cut(value: Json, depth: number): Json {
  if (typeof value === "string") return shorten(value, maxPart);
  if (isPlainObject(value) && depth > 0)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cut(part, depth - 1)]));
  return jsonLength(value, maxPart) <= maxPart ? value : null;
}
