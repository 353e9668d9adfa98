import type { Blueprint } from "../blueprint/blueprint.ts";
import type { Evaluation } from "../expression/evaluation.ts";
import type { Expression } from "../expression/expression.ts";
import type { ExpressionScope } from "../expression/scope.ts";
import type { Json } from "../json/json.ts";
import type { NodeBase } from "../nodes/base.ts";
import type { NodeType } from "../nodes/node-executor.ts";

/**
 * A blueprint that was read once and understood: parsed, references resolved, expressions compiled. The engine compiles its
 * plan from this, and validation is the list of issues that came up on the way.
 */
export interface AnalyzedBlueprint {
  /** The same key for two references to one blueprint (file address, `name@version`), `""` for the root. */
  readonly key: string;
  /** Its own file, if it was loaded from one. */
  readonly base: string | undefined;
  readonly blueprint: Blueprint;
  /** Names in its inputs that its schema does not declare: the caller adds them. */
  readonly addedInputs: readonly string[];
  /** A network is a blueprint whose nodes are its workflows. */
  readonly kind?: "network";
  readonly nodes: AnalyzedScope;
  /** Declared outputs; undefined when the blueprint declares none. */
  readonly outputs: ReadonlyMap<string, CompiledField> | undefined;
  /** Every sub-workflow reachable from here, by key. A workflow may reach itself. */
  readonly workflows: ReadonlyMap<string, AnalyzedBlueprint>;
  /** Key into `workflows` of each reference, by `referenceKey`. */
  readonly references: ReadonlyMap<string, string>;
}

/** Siblings, in list order. Bodies of declared back edges have been folded into their `recursive` node. */
export interface AnalyzedScope {
  readonly nodes: readonly AnalyzedNode[];
}

export interface AnalyzedNode {
  /** The parsed node, defaults applied. */
  readonly node: NodeBase & Readonly<Record<string, unknown>>;
  readonly type: NodeType;
  /** JSON pointer into its blueprint. */
  readonly pointer: string;
  /** Of its type, or of the tool that it calls. */
  readonly sideEffects: "none" | "idempotent" | "external";
  /** Positions of siblings in the scope: declared and inferred, each once, ascending. */
  readonly dependencies: readonly number[];
  /** Positions of the siblings that it observes without waiting for them. */
  readonly watches: readonly number[];
  readonly when: CompiledField | undefined;
  /** Template of `onError.output`; it sees `error` besides what the node sees. */
  readonly onErrorOutput: CompiledField | undefined;
  /** Template of `cache.key`. */
  readonly cacheKey: CompiledField | undefined;
  /** The type's own fields whose strings are evaluated (`template` or `expression`), by name. Others are plain data. */
  readonly fields: ReadonlyMap<string, CompiledField>;
  /** Child groups by key, with their locals. */
  readonly children: ReadonlyMap<string, AnalyzedChildren>;
  /** Key into `workflows`, when the node runs a sub-workflow. */
  readonly workflowKey: string | undefined;
}

export interface AnalyzedChildren extends AnalyzedScope {
  readonly locals: readonly string[];
}

/** The compiled strings of one field. */
export interface CompiledField {
  readonly phase: "eager" | "lazy";
  /** True when nothing in it is evaluated: `value` is the result. */
  readonly constant: boolean;
  /** The source, deep-frozen. */
  readonly value: Json;
  readonly expressions: readonly Expression[];
  /** @throws IceError `ICE_EXPRESSION_FAILED` (also when the result has another type than the rule requires), `ICE_EXPRESSION_LIMIT`. */
  evaluate(scope: ExpressionScope, evaluation?: Evaluation): Json;
  /** The same together with the other fields of its node, with pauses: synchronous within the time slice, otherwise a promise. */
  evaluateIn(scope: ExpressionScope, evaluation: Evaluation): Json | Promise<Json>;
}
