import type { z } from "zod";
import type { IceError } from "../errors/ice-error.ts";
import type { Emit } from "../events/run-event.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { Usage } from "../result/result.ts";
import type { NodeContext } from "../services/context-manager.ts";
import type { NodeDefinition } from "./define-node.ts";

/** The workflow of a node, read-only. */
export interface WorkflowView {
  readonly name: string;
  readonly version: string;
  readonly metadata: JsonObject;
}

/** The argument of an executor. Everything but `config` is created when it is first read. */
export interface NodeActivation<Config = Readonly<Record<string, Json>>> {
  readonly workflow: WorkflowView;
  /** The node's own fields, with evaluated `eager` templates. */
  readonly config: Config;
  readonly context: NodeContext;
  /** Inputs of the node's workflow. */
  readonly input: JsonObject;
  /** Aborted when the attempt times out, the node is cancelled or the run stops. */
  readonly signal: AbortSignal;
  /** From 1. */
  readonly attempt: number;
  readonly runId: string;
  /** E.g. `listings[3].price`. */
  readonly path: string;
  /** Id of the node. */
  readonly nodeId: string;
  /** The same for every attempt of a node in a run (hash of run id and path). Pass it to services that deduplicate. */
  readonly idempotencyKey: string;
  /**
   * Emits an event of this node. Names are `source.eventVerb`; the sources `workflow` and `node` are reserved for ice, except
   * `node.progressed`.
   */
  readonly emit: Emit;
  /** Adds to the run's usage. */
  addUsage(usage: Partial<Usage>): void;
  /** Evaluates a `lazy` field. */
  evaluate(field: string, locals?: Readonly<Record<string, Json>>): Json;
  /** Evaluates a `lazy` field with many expressions: returns a promise if it takes longer than the time slice. */
  evaluateInTurns(field: string, locals?: Readonly<Record<string, Json>>): Json | Promise<Json>;
  /** Runs a group of child nodes once, in a new scope, through the same pipeline as every node. */
  runChildren(group: string, options?: RunChildrenOptions): Promise<ChildrenResult>;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
}

/** Options of running a group of children. */
export interface RunChildrenOptions {
  /** Iteration number: the children's paths become `id[index].child`. Without it, `id.child`. */
  readonly index?: number | undefined;
  /** Values of the group's `locals`. */
  readonly locals?: Readonly<Record<string, Json>> | undefined;
  /** Aborting it stops these children only; they end as `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of a group of children. A failed group does not throw. */
export interface ChildrenResult {
  readonly status: "completed" | "failed" | "cancelled";
  /** The first recorded error, if failed. Throw it to fail the container with it. */
  readonly error?: IceError;
  /** Outputs of the completed nodes by id, in list order. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Output of the last listed node that completed and does not only observe; null if there is none. */
  readonly output: Json;
  /** Evaluates a `lazy` field whose scope includes these children. */
  evaluate(field: string, locals?: Readonly<Record<string, Json>>): Json;
  /** Evaluates a `lazy` field with many expressions: returns a promise if it takes longer than the time slice. */
  evaluateInTurns(field: string, locals?: Readonly<Record<string, Json>>): Json | Promise<Json>;
}

/**
 * Executes one attempt of a node. It returns a new JSON value, or throws; the engine retries and records. Errors are retried,
 * except an `IceError` with `retryable: false`.
 */
export type NodeExecutor<Config = never> = (activation: NodeActivation<Config>) => unknown;

/** The executor of a definition: `config` has the definition's type. */
export type ExecutorOf<Definition> =
  Definition extends NodeDefinition<infer Config> ? (activation: NodeActivation<z.output<Config>>) => unknown : never;

/** The own fields of a definition, parsed. */
export type ConfigOf<Definition> = Definition extends NodeDefinition<infer Config> ? z.output<Config> : never;

/** A registered node type: its definition and its executor. */
export interface NodeType {
  readonly definition: NodeDefinition;
  readonly execute: (activation: NodeActivation<never>) => unknown;
}
