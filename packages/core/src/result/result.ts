import type { Json, JsonObject } from "../json/json.ts";

/** How a run ended, or that it waits. */
export type RunStatus = "completed" | "failed" | "cancelled" | "suspended";
/** Besides: `running` (a process has it) and `interrupted` (its process left it, or is gone). */
export type ObservedStatus = RunStatus | "running" | "interrupted";
/** `running`: only of a run that has not ended, when the beginning of the node is on record. */
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
  /** Innermost node where it arose. */
  readonly path?: string;
  readonly fix?: string;
  /** JSON data of the error, when it carries any. */
  readonly details?: JsonObject;
}

/** How one node ended. Times are epoch milliseconds, durations milliseconds. */
export interface NodeRecord {
  readonly type: string;
  readonly status: NodeStatus;
  /** Attempts that were started; 0 for a node that never ran. */
  readonly attempts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly durationMs?: number;
  /** Only when completed. */
  readonly output?: Json;
  /** When failed, and also when recovered or skipped as `errorIgnored`. */
  readonly error?: ErrorRecord;
  readonly skipReason?: SkipReason;
  /** True when `onError.output` took the place of a failure. */
  readonly recovered?: boolean;
}

/** What a run used. Tool calls count attempts. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly costUsd: number;
  readonly llmCalls: number;
  readonly toolCalls: number;
  /** Work of code in the sandbox, its requests to the host, and the most memory that one execution used. */
  readonly fuel: number;
  readonly hostCalls: number;
  readonly peakMemoryBytes: number;
}

/** What a suspended run waits for. `kind: "pause"`: nothing but a resume. */
export interface WaitingNode {
  readonly path: string;
  readonly kind: "human" | "run" | "pause";
  readonly promptMessage?: string;
  readonly approvalType?: "approval" | "input" | "choice" | null;
  readonly choices?: readonly string[];
  readonly responseSchema?: JsonObject | null;
  readonly assignees?: readonly string[];
  /** Epoch milliseconds; null without a deadline. */
  readonly expiresAt?: number | null;
}

/** The result document of a run. */
export interface RunResult {
  readonly runId: string;
  readonly workflow: { readonly name: string; readonly version: string };
  readonly status: ObservedStatus;
  /** Declared `outputs`, else every completed top-level node by id. Of a run that ended in this process, made when it is first read. */
  readonly output: JsonObject;
  /** Keyed by path: `a`, `container.child`, `loop[3].child`. Of a run that ended in this process, made when it is first read. */
  readonly nodes: Readonly<Record<string, NodeRecord>>;
  readonly usage: Usage;
  /** Only when failed or cancelled. */
  readonly error?: ErrorRecord;
  /** What the run waits for: when suspended, and of a run in progress when a person is asked. */
  readonly waiting?: readonly WaitingNode[];
  readonly startedAt: number;
  /** When it ended; of a run that has not, when something was last recorded. */
  readonly endedAt: number;
  readonly durationMs: number;
}
