import type { Position } from "../journal/position.ts";
import type { RunSummary } from "../journal/run-summary.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { ErrorRecord, NodeRecord, NodeStatus, RunResult, Usage, WaitingNode } from "../result/result.ts";
import type { WorkflowGraph } from "../result/workflow-graph.ts";
import type { NetworkResult } from "./network-coordinator-factory.ts";

/** The result document of a run or a network, and the position in its journal that it reflects. */
export interface RunSnapshot {
  readonly result: RunResult | NetworkResult;
  /** With which it was started. */
  readonly inputs: JsonObject;
  /** Events after this position are those that the document does not contain. */
  readonly position: Position;
}

/** A node with its path. */
export interface NodeEntry extends NodeRecord {
  readonly path: string;
  /** Its own, without that of nodes in it; absent if it has used nothing. */
  readonly usage?: Partial<Usage>;
}

/** The blueprint that a run executes. */
export interface RunBlueprint {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the blueprint with the workflows that it refers to. */
  readonly hash: string;
  readonly blueprint: Json;
}

/** Selects a page of nodes. */
export interface NodePageQuery {
  /** Any of them. Default: all. */
  readonly statuses?: readonly NodeStatus[] | undefined;
  /** Only this node and those in it. */
  readonly under?: string | undefined;
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** Nodes in the order in which they have ended, those in progress last. */
export interface NodePage {
  readonly nodes: readonly NodeEntry[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** An attempt that failed before another one. */
export interface AttemptEntry {
  readonly attempt: number;
  readonly at: number;
  readonly retryAt: number;
  readonly error: ErrorRecord;
}

/** What a node has done inside an attempt: an answer of a model, the result of a tool, what a member of a swarm has said. */
export interface StepEntry {
  readonly at: number;
  /** `m2` is the second answer, `t2.0` the result of its first call; in a swarm after `r1.vote.judge/`. */
  readonly key: string;
  readonly value: Json;
}

/** A node with everything that is recorded of it. */
export interface NodeDetail extends NodeEntry {
  /** Its fields as they were evaluated, if its start is recorded. */
  readonly input?: JsonObject;
  /** Failed attempts, after each of which another one followed. */
  readonly attemptLog: readonly AttemptEntry[];
  /** In the order in which they were recorded. */
  readonly steps: readonly StepEntry[];
  /** What it waits for. */
  readonly waiting?: WaitingNode;
  readonly output?: Json;
}

/** What a server shows of the runs of a tenant besides their results, without owning them. */
export interface RunViews {
  /** The entry of a run in lists. @throws IceError `ICE_RUN_NOT_FOUND`. */
  summary(runId: string): Promise<RunSummary>;
  /** The hash of the request that started a run; undefined if it began without one. @throws IceError `ICE_RUN_NOT_FOUND`. */
  requestHash(runId: string): Promise<string | undefined>;
  /** @throws IceError `ICE_RUN_NOT_FOUND`. */
  snapshot(runId: string): Promise<RunSnapshot>;
  /** @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_CURSOR_INVALID`. */
  nodes(runId: string, query?: NodePageQuery): Promise<NodePage>;
  /** @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_NODE_NOT_FOUND`. */
  node(runId: string, path: string): Promise<NodeDetail>;
  /** The graph of the blueprint with which a run was started. @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_BLUEPRINT_INVALID`. */
  graph(runId: string): Promise<WorkflowGraph>;
  /** With which a run was started, or the last one that was forced on it. @throws IceError `ICE_RUN_NOT_FOUND`. */
  blueprint(runId: string): Promise<RunBlueprint>;
}
