import type { NodeBase } from "../nodes/base.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import type { NodeType } from "../nodes/node-executor.ts";
import type { PlacedField, ReadRule } from "./compile-field.ts";

/** A node that was parsed and whose expressions were compiled, before names are resolved. */
export interface DraftNode {
  readonly id: string;
  readonly pointer: string;
  readonly node: NodeBase & Readonly<Record<string, unknown>>;
  readonly type: NodeType;
  readonly sideEffects: NodeDefinition["sideEffects"];
  readonly when: PlacedField | undefined;
  readonly onErrorOutput: PlacedField | undefined;
  readonly fields: ReadonlyMap<string, { readonly field: PlacedField; readonly rule: ReadRule }>;
  readonly groups: Map<string, DraftGroup>;
  readonly workflowKey: string | undefined;
}

/** A list of nodes. Ids of nodes that could not be parsed are kept, so that no second issue is reported for them. */
export interface DraftScope {
  nodes: DraftNode[];
  readonly ids: Map<string, string>;
}

export interface DraftGroup extends DraftScope {
  readonly locals: readonly string[];
}
