import type { OpenTask, RunGraph, WorkflowInfo } from "@ice/client";
import type {
  ErrorRecord,
  Json,
  JsonObject,
  ObservedStatus,
  Principal,
  RunBlueprint,
  RunSummary,
  Usage,
  WaitingNode,
} from "@ice/core";

// What the server answers, as far as the page reads it.

export type { ErrorRecord, Json, JsonObject, RunBlueprint, RunSummary, Usage, WaitingNode };

export type Task = OpenTask;

export type Me = Principal;

export type WorkflowEntry = WorkflowInfo;

export type GraphNode = RunGraph["nodes"][number];

/** The document of a run without its nodes. */
export interface RunDocument {
  readonly runId: string;
  readonly workflow?: { readonly name: string; readonly version: string };
  /** Of a network, instead of `workflow`. */
  readonly name?: string;
  readonly workflows?: Readonly<Record<string, { readonly runId?: string; readonly status: string }>>;
  readonly status: ObservedStatus;
  readonly output?: JsonObject;
  readonly inputs?: JsonObject;
  readonly usage?: Usage;
  readonly error?: ErrorRecord;
  readonly waiting?: readonly WaitingNode[];
  readonly startedBy?: { readonly runId: string; readonly path: string };
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
}

/** Everything that is recorded of a node. */
export interface NodeDetail {
  readonly path: string;
  readonly type: string;
  readonly status: string;
  readonly attempts: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly durationMs?: number;
  readonly input?: Json;
  readonly output?: Json;
  readonly error?: ErrorRecord;
  readonly attemptLog?: readonly FailedAttempt[];
  /** Answers of models, results of tools, and what members of a swarm have said. */
  readonly steps?: readonly NodeStep[];
  readonly usage?: Partial<Usage>;
  readonly waiting?: WaitingNode;
}

export interface FailedAttempt {
  readonly attempt: number;
  readonly at: number;
  readonly retryAt: number;
  readonly error: ErrorRecord;
}

export interface NodeStep {
  readonly at: number;
  readonly key: string;
  readonly value: Json;
}

/** An event of the stream, with the position after it. */
export interface RunEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly path?: string;
  readonly nodeType?: string;
  readonly attempt?: number;
  readonly data: JsonObject;
}

/** An event that has no record. */
export type LiveEvent = Omit<RunEvent, "id">;
