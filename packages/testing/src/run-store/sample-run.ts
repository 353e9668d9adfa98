import type { JournalRecord, JournalRecordOf, Json, NewRun, RunJournal, RunOwner, Signal } from "@ice/core";
import { deepFreeze } from "@ice/core/internal";

/** A run, as passed to `create`. */
export function sampleRun(runId: string, overrides: Partial<NewRun> = {}): NewRun {
  return {
    runId,
    workflow: "demo",
    version: "0.1.0",
    kind: "workflow",
    startedAt: 1000,
    document: { hash: "d0c", data: { root: { name: "demo" }, files: {} } },
    inputs: { query: "ice", limits: [1, 2.5, 1e300], nothing: null },
    options: { maxConcurrency: 4 },
    ...overrides,
  };
}

/** Deeply frozen, as records are when they are appended. */
export function outcomeOf(path: string, output: Json, at = 2000): JournalRecord {
  const node = {
    type: "tool",
    status: "completed",
    attempts: 1,
    startedAt: at - 1,
    endedAt: at,
    durationMs: 1,
    output,
  };
  return deepFreeze({ kind: "outcome", at, path, node: { ...node, status: "completed" } } as never);
}

/** One record of every kind, in a possible order; `ended` is the last. */
export const everyRecord: readonly JournalRecord[] = [
  {
    kind: "started",
    at: 1001,
    path: "fetch",
    type: "tool",
    attempt: 1,
    fields: { url: "/a", "a key, with ünicode \u{1f9ca}": [] },
  },
  { kind: "started", at: 1002, path: "either", type: "tool", attempt: 1, seen: ["a", "b"] },
  {
    kind: "attemptFailed",
    at: 1003,
    path: "fetch",
    attempt: 1,
    retryAt: 1503,
    error: { code: "ICE_NODE_FAILED", message: 'no "answer"', path: "fetch", fix: "wait", details: { status: 503 } },
    children: false,
    usage: { toolCalls: 1, costUsd: 0.25 },
  },
  outcomeOf("loop[3].price", { lone: "\ud800", line: "a\nb\0c", deep: [[[{ "": null }]]] }),
  {
    kind: "outcome",
    at: 1004,
    path: "skippedOne",
    node: { type: "llm", status: "skipped", attempts: 0, skipReason: "whenFalse" },
    usage: { totalTokens: 12 },
  },
  {
    kind: "waiting",
    at: 1005,
    path: "approve",
    request: 1,
    wait: {
      kind: "human",
      promptMessage: "Go on?",
      approvalType: "choice",
      choices: ["yes", "no"],
      responseSchema: { type: "object" },
      assignees: ["ann"],
      expiresAt: null,
      escalated: false,
    },
  },
  {
    kind: "waiting",
    at: 1005,
    path: "payment",
    request: 1,
    wait: {
      kind: "wait",
      signals: ["paid", "order:4711"],
      payloadSchema: { type: "object" },
      after: 2,
      resumeAt: 1_900_000_000_000,
      expiresAt: null,
    },
  },
  {
    kind: "outcome",
    at: 1005,
    path: "payment",
    node: { type: "wait", status: "completed", attempts: 1, output: { signal: "paid", payload: 5 } },
    takes: "p1",
  },
  {
    kind: "outcome",
    at: 1006,
    path: "quoted",
    node: { type: "llm", status: "completed", attempts: 0, output: "from the cache", cached: true },
  },
  { kind: "checkpoint", at: 1006, path: "agent", value: "a plain value" },
  { kind: "step", at: 1006, path: "agent", key: "m1", value: { text: "ä", toolCalls: [] }, usage: { inputTokens: 3 } },
  { kind: "stopped", at: 1006, path: "child", error: { code: "ICE_RUN_TIMEOUT", message: "too long" } },
  { kind: "stopped", at: 1006, path: "other", end: { path: "other.done", output: { found: [] } } },
  { kind: "resumed", at: 1007, blueprintHash: "other", document: { root: {} } },
  { kind: "ended", at: 1008, status: "completed", output: { answer: 42 }, usage: { toolCalls: 2 } },
];

export const endedRecord: JournalRecordOf<"ended"> = { kind: "ended", at: 3000, status: "completed", usage: {} };
export const suspendedRecord: JournalRecordOf<"suspended"> = {
  kind: "suspended",
  at: 2500,
  reason: "waiting",
};

/** Suspended until a time, in epoch milliseconds. */
export const suspendedUntil = (resumeAt: number): JournalRecordOf<"suspended"> => ({ ...suspendedRecord, resumeAt });

export function sampleSignal(id: string, overrides: Partial<Signal> = {}): Signal {
  return { id, path: "approve", value: { approved: true, notes: [] }, by: "ann", at: 1500, ...overrides };
}

/** A fact about a run. */
export const namedSignal = (id: string, overrides: Partial<Signal> = {}): Signal =>
  sampleSignal(id, { name: "paid", path: "", ...overrides });

/** An owner that collects its notifications. */
export interface RecordingOwner extends RunOwner {
  readonly signals: readonly Signal[];
  readonly cancels: readonly string[];
  /** Codes of the errors by which ownership was lost. */
  readonly lost: readonly string[];
}

export function recordingOwner(): RecordingOwner {
  const signals: Signal[] = [];
  const cancels: string[] = [];
  const lost: string[] = [];
  return {
    signals,
    cancels,
    lost,
    onSignal: (signal) => void signals.push(signal),
    onCancel: (reason) => void cancels.push(reason),
    onLost: (error) => void lost.push(String(error.code)),
  };
}

/** Appends frozen records in one turn, and waits until all are durable. */
export async function appendAll(journal: RunJournal, records: readonly JournalRecord[]): Promise<void> {
  const appended = records.map((record) => journal.append(deepFreeze(record as never)));
  for (const durable of appended) await durable;
}
