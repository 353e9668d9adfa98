import type { Keys } from "../json/json-pointer.ts";
import type { NodeBase } from "../nodes/base.ts";
import type { ChildGroup, NodeDefinition } from "../nodes/define-node.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import type { BackEdgesRule, EvaluatedRule } from "../nodes/field-rule.ts";
import type { PlacedField } from "./compile-field.ts";

/** A node that was parsed and whose expressions were compiled, before names are resolved. */
export interface DraftNode {
  readonly id: string;
  readonly pointer: string;
  readonly node: NodeBase & Readonly<Record<string, unknown>>;
  readonly type: NodeType;
  readonly sideEffects: NodeDefinition["sideEffects"];
  readonly when: PlacedField | undefined;
  readonly onErrorOutput: PlacedField | undefined;
  readonly cacheKey: PlacedField | undefined;
  readonly fields: ReadonlyMap<string, DraftField>;
  readonly backEdges: BackEdges | undefined;
  groups: ReadonlyMap<string, DraftGroup>;
  readonly workflowKey: string | undefined;
}

export interface DraftField {
  readonly field: PlacedField;
  readonly rule: EvaluatedRule;
  /** JSON pointer into the blueprint. */
  readonly pointer: string;
  /** Of a value inside a field, from the node. */
  readonly keys?: Keys | undefined;
}

/** The siblings whose completion loops back to a node. */
export interface BackEdges {
  readonly pointer: string;
  readonly rule: BackEdgesRule;
  readonly sources: readonly string[];
}

/** A list of nodes. Ids of nodes that could not be parsed are kept, so that no second issue is reported for them. */
export interface DraftScope {
  nodes: DraftNode[];
  readonly ids: Map<string, string>;
}

export interface DraftGroup extends DraftScope {
  readonly locals: readonly string[];
  readonly members?: ChildGroup["members"] | undefined;
  /** Key of the group whose nodes its nodes can use. */
  readonly sees?: string | undefined;
}
