import type { z } from "zod";
import type { IceError } from "../errors/ice-error.ts";
import type { Emit } from "../events/run-event.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { ServiceKey } from "../registry/service-key.ts";
import type { Usage } from "../result/result.ts";
import type { NodeContext } from "../services/context-manager.ts";
import type { NodeDefinition } from "./define-node.ts";

/** The workflow that a node belongs to, read-only. */
export interface WorkflowView {
  readonly name: string;
  readonly version: string;
  readonly metadata: JsonObject;
}

/** What one call of an executor gets. Everything but `config` is made when it is first read. */
export interface NodeActivation<Config = Readonly<Record<string, Json>>> {
  readonly workflow: WorkflowView;
  /** The node's own fields, with the templates of phase `eager` evaluated. */
  readonly config: Config;
  readonly context: NodeContext;
  /** Inputs of the workflow that the node belongs to. */
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
  /** The same for every attempt of one node in one run (hash of run id and path); hand it to services that deduplicate. */
  readonly idempotencyKey: string;
  /** Emits an event of this node. Names are `source.eventVerb`; `workflow.` and `node.` are ice's, except `node.progressed`. */
  readonly emit: Emit;
  /** Adds to the run's usage. */
  addUsage(usage: Partial<Usage>): void;
  /** Evaluates a field of phase `lazy`. */
  evaluate(field: string, locals?: Readonly<Record<string, Json>>): Json;
  /** The same for a field that may hold many expressions: a promise when the event loop should turn between them. */
  evaluateInTurns(field: string, locals?: Readonly<Record<string, Json>>): Json | Promise<Json>;
  /** Runs a group of child nodes once, in a fresh scope, through the same pipeline as every node. */
  runChildren(group: string, options?: RunChildrenOptions): Promise<ChildrenResult>;
  /** @throws IceError `ICE_SERVICE_MISSING`. */
  use<T>(key: ServiceKey<T>): T;
}

/** How a container runs a group of its children. */
export interface RunChildrenOptions {
  /** Iteration number: the children's paths become `id[index].child`. Without it they are `id.child`. */
  readonly index?: number | undefined;
  /** Values of the group's `locals`. */
  readonly locals?: Readonly<Record<string, Json>> | undefined;
  /** Stops these children (and only these) when aborted; they end `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of a group of children. It is data: a failed group does not throw. */
export interface ChildrenResult {
  readonly status: "completed" | "failed" | "cancelled";
  /** The first recorded error, when failed. Throw it to fail the container with it. */
  readonly error?: IceError;
  /** Outputs of the completed nodes by id, in list order. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Output of the last listed node that completed and does not only observe; null if there is none. */
  readonly output: Json;
  /** Evaluates a field of phase `lazy` that sees these children. */
  evaluate(field: string, locals?: Readonly<Record<string, Json>>): Json;
  /** The same for a field that may hold many expressions: a promise when the event loop should turn between them. */
  evaluateInTurns(field: string, locals?: Readonly<Record<string, Json>>): Json | Promise<Json>;
}

/**
 * Executes one attempt of a node. It returns a new JSON value and throws on failure: the pipeline catches, retries and records.
 * What it throws is retried unless it is an `IceError` that says `retryable: false`.
 */
export type NodeExecutor<Config = never> = (activation: NodeActivation<Config>) => unknown;

/** Executor for a definition: `config` has the definition's type. */
export type ExecutorOf<Definition> =
  Definition extends NodeDefinition<infer Config> ? (activation: NodeActivation<z.output<Config>>) => unknown : never;

/** The own fields of a definition, parsed. */
export type ConfigOf<Definition> = Definition extends NodeDefinition<infer Config> ? z.output<Config> : never;

/** A node type as it is registered: what is known about it, and what runs it. */
export interface NodeType {
  readonly definition: NodeDefinition;
  readonly execute: (activation: NodeActivation<never>) => unknown;
}
