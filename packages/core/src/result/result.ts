import type { Json, JsonObject } from "../json/json.ts";

/** How a run ended, or that it is suspended. */
export type RunStatus = "completed" | "failed" | "cancelled" | "suspended";
/**
 * The status of a stored run, which may also be `running` (a process owns it), `interrupted` (its process released it, or is gone) or
 * `queued` (the next free worker continues it).
 */
export type ObservedStatus = RunStatus | "running" | "interrupted" | "queued";
/** The status of a node. `running`: only while the run has not ended, if the start of the node is recorded. */
export type NodeStatus = "completed" | "failed" | "skipped" | "cancelled" | "waiting" | "running";
export const skipReasons = [
  "whenFalse",
  "dependencySkipped",
  "dependencyFailed",
  "branchNotTaken",
  "errorIgnored",
  "runStopped",
] as const;

/** Why a node was skipped. */
export type SkipReason = (typeof skipReasons)[number];

/** An error as data. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  /** Path of the innermost node in which it occurred. */
  readonly path?: string;
  readonly fix?: string;
  /** JSON data of the error, if it has any. */
  readonly details?: JsonObject;
}

/** How one node ended. Times are epoch milliseconds, durations milliseconds. */
export interface NodeRecord {
  readonly type: string;
  readonly status: NodeStatus;
  /** Number of started attempts; 0 for a node that never ran. */
  readonly attempts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly durationMs?: number;
  /** Present if completed. */
  readonly output?: Json;
  /** Present if failed, and also if recovered or skipped as `errorIgnored`. */
  readonly error?: ErrorRecord;
  readonly skipReason?: SkipReason;
  /** True if a failure was replaced, by `onError.output` or by a scope's `catch`. */
  readonly recovered?: boolean;
  /** True if the output is that of an earlier run; see `cache`. */
  readonly cached?: boolean;
}

/** Usage of a run. Tool calls count attempts. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly costUsd: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  /** Fuel and host calls of code in the sandbox, and the maximum memory of one execution. */
  readonly fuel: number;
  readonly hostCalls: number;
  readonly peakMemoryBytes: number;
}

/** What an attempt may use of what budgets limit. A quantity that is missing is not limited. */
export type Allowance = {
  readonly [What in "toolCalls" | "llmCalls" | "totalTokens" | "costUsd"]?: Usage[What] | undefined;
};

/** What a suspended run waits for. `kind: "pause"`: only a resume continues it. */
export interface WaitingNode {
  readonly path: string;
  readonly kind: "human" | "timer" | "signal" | "run" | "pause";
  readonly promptMessage?: string;
  readonly approvalType?: "approval" | "input" | "choice" | null;
  readonly choices?: readonly string[];
  readonly responseSchema?: JsonObject | null;
  readonly assignees?: readonly string[];
  /** Names of signals, of which one is enough. */
  readonly signals?: readonly string[];
  /** When it goes on by itself, in epoch milliseconds; null if never. Only of timers and signals. */
  readonly resumeAt?: number | null;
  /** The deadline, in epoch milliseconds; null without one. */
  readonly expiresAt?: number | null;
}

/** The result of a run. */
export interface RunResult {
  readonly runId: string;
  readonly workflow: { readonly name: string; readonly version: string };
  readonly status: ObservedStatus;
  /**
   * Declared `outputs`, or else every completed top-level node by id. Created when it is first read, if the run ended in this
   * process.
   */
  readonly output: JsonObject;
  /**
   * Outcomes by path: `a`, `container.child`, `loop[3].child`. Created when it is first read, if the run ended in this process.
   */
  readonly nodes: Readonly<Record<string, NodeRecord>>;
  readonly usage: Usage;
  /** Present if failed or cancelled. */
  readonly error?: ErrorRecord;
  /** Requests that the run waits for, if it is suspended, or in progress with a pending request. */
  readonly waiting?: readonly WaitingNode[];
  /** Present if a node of another run has started it. */
  readonly startedBy?: { readonly runId: string; readonly path: string };
  readonly startedAt: number;
  /** Time of the end, or of the last record of a run that has not ended. */
  readonly endedAt: number;
  readonly durationMs: number;
}
