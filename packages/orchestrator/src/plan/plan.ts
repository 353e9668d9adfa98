import type {
  Blueprint,
  Join,
  Json,
  JsonObject,
  NodeActivation,
  NodeBase,
  NodeDefinition,
  NodeType,
  OnError,
  RetryPolicy,
  WorkflowView,
} from "@ice/core";
import {
  compileJsonSchema,
  finish,
  type AnalyzedBlueprint,
  type AnalyzedNode,
  type AnalyzedScope,
  type CompiledField,
  type JsonSchemaValidator,
  type Steps,
} from "@ice/core/internal";
import { dependentsOf, watchedBy } from "./edges.ts";
import { cacheOf, type NodeCache } from "./node-cache.ts";
import { requiredIn } from "./required-in.ts";
import { runDocumentOf, type PlanDocument } from "./run-document.ts";

/** A workflow compiled for execution: immutable, compiled once, shared by all its runs. O(nodes + edges). */
export interface Plan {
  /** The document that a run stores, so that it can be resumed without files. Created when it is first read. */
  readonly document: PlanDocument;
  readonly kind: AnalyzedBlueprint["kind"];
  readonly view: WorkflowView;
  readonly settings: Blueprint["settings"];
  readonly inputs: JsonSchemaValidator | undefined;
  readonly outputs: ReadonlyMap<string, CompiledField> | undefined;
  readonly root: ScopePlan;
}

/** Sibling nodes: a workflow's top level, a body, a path or a branch. Positions are list order. */
export interface ScopePlan {
  readonly nodes: readonly NodePlan[];
  readonly positions: ReadonlyMap<string, number>;
  /** Per position: how many dependencies it has (its in-degree). */
  readonly inDegrees: readonly number[];
  /** Positions without dependencies. */
  readonly roots: readonly number[];
  readonly locals: readonly string[];
}

export interface NodePlan {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly definition: NodeDefinition;
  readonly execute: NodeType["execute"];
  readonly dependencies: readonly number[];
  readonly dependents: readonly number[];
  /**
   * The nodes that it observes, if it only observes: the siblings in its expressions, or else all that do not observe and do not
   * depend on it.
   */
  readonly watches: readonly number[];
  /** Whether it has children. */
  readonly isContainer: boolean;
  /** Whether a resume enters it again instead of repeating it: it has children, waits or observes. */
  readonly resumable: boolean;
  readonly sideEffects: NodeDefinition["sideEffects"];
  readonly join: Join;
  readonly when: CompiledField | undefined;
  /** Its own fields; `eager` fields with expressions are replaced before each activation. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The fields as the blueprint writes them, if `config` has evaluated ones: of an attempt for another process. */
  readonly written?: Readonly<Record<string, unknown>> | undefined;
  readonly eagerFields: readonly (readonly [name: string, field: CompiledField])[];
  readonly lazyFields: ReadonlyMap<string, CompiledField>;
  readonly inputSchema: JsonSchemaValidator | undefined;
  readonly outputSchema: JsonSchemaValidator | undefined;
  readonly onError: OnError;
  readonly onErrorOutput: CompiledField | undefined;
  readonly retryPolicy: RetryPolicy | undefined;
  readonly timeoutMs: number | undefined;
  /** What the process that executes it has to provide, also because of what is around it: sorted names. */
  readonly requires: readonly string[];
  /** How its output is kept for later runs, and found again. */
  readonly cache: NodeCache | undefined;
  readonly children: ReadonlyMap<string, ScopePlan>;
  /** The sub-workflow that it runs. A function, because a workflow may run itself. */
  readonly workflow: (() => Plan) | undefined;
  /** One attempt through all interceptors that this node uses. */
  attempt(activation: NodeActivation): unknown;
  /** The output that an earlier run has left for it; undefined without one. Never rejects. Absent if the node is not cached. */
  findCached?(activation: NodeActivation): Promise<Json | undefined>;
}

/** A node before what runs it is composed. */
export type NodeParts = Omit<NodePlan, "attempt" | "findCached">;

/** Wraps the executor of a node in the interceptors that the node uses. */
export type ComposeNode = (node: NodeParts) => Pick<NodePlan, "attempt" | "findCached">;

/** Compiles an analysed blueprint. Each sub-workflow that it reaches is compiled once, when it is first needed. */
export function* compilePlan(analyzed: AnalyzedBlueprint, composeNode: ComposeNode): Steps<Plan> {
  const plans = new Map<string, Plan>();
  const planOf = (key: string, requires: readonly string[]): Plan => {
    const name = [key, ...requires].join("\0");
    const known = plans.get(name);
    if (known !== undefined) return known;
    const plan = finish(compileWorkflow(analyzed.workflows.get(key)!, { planOf, composeNode, requires }));
    plans.set(name, plan);
    return plan;
  };
  const plan = yield* compileWorkflow(analyzed, { planOf, composeNode, requires: [] });
  plans.set(analyzed.key, plan);
  return plan;
}

interface Compilation {
  /** The plan of a sub-workflow, compiled once for each combination of what the nodes around it require. */
  readonly planOf: (key: string, requires: readonly string[]) => Plan;
  readonly composeNode: ComposeNode;
  /** What the nodes around require. */
  readonly requires: readonly string[];
}

function* compileWorkflow(analyzed: AnalyzedBlueprint, compilation: Compilation): Steps<Plan> {
  const { kind, blueprint, nodes, outputs } = analyzed;
  const { name, version, metadata, settings, inputs } = blueprint;
  return {
    document: runDocumentOf(analyzed),
    kind,
    view: Object.freeze({ name, version, metadata }),
    settings,
    inputs: inputs === undefined ? undefined : compileJsonSchema(inputs),
    outputs,
    root: yield* compileScope(nodes, [], compilation),
  };
}

/** Nodes that are compiled between two pauses. */
const atOnce = 20;

function* compileScope(
  { nodes }: AnalyzedScope,
  locals: readonly string[],
  compilation: Compilation,
): Steps<ScopePlan> {
  const inDegrees = nodes.map(({ dependencies }) => dependencies.length);
  const dependents = dependentsOf(nodes);
  const plans: NodePlan[] = [];
  for (const node of nodes) {
    const position = plans.length;
    const requires = requiredIn(node, compilation.requires);
    const children = node.children.size === 0 ? none : yield* childrenOf(node.children, { ...compilation, requires });
    plans.push(compileNode(node, { position, dependents, siblings: nodes, children, requires }, compilation));
    if (position % atOnce === 0) yield;
  }
  return {
    nodes: plans,
    positions: new Map(nodes.map(({ node }, position) => [node.id, position])),
    inDegrees,
    roots: [...inDegrees.keys()].filter((position) => inDegrees[position] === 0),
    locals,
  };
}

/** Where a node stands, and what is in it. */
interface NodePlace extends Pick<NodePlan, "position" | "children" | "requires"> {
  readonly dependents: readonly (readonly number[])[];
  readonly siblings: readonly AnalyzedNode[];
}

function compileNode(
  analyzed: AnalyzedNode,
  { position, dependents, siblings, children, requires }: NodePlace,
  compilation: Compilation,
): NodePlan {
  const { node, type, dependencies, sideEffects, when, onErrorOutput, fields, workflowKey } = analyzed;
  const { definition, execute } = type;
  const isContainer = children.size > 0 || workflowKey !== undefined;
  const parts: NodeParts = {
    position,
    id: node.id,
    type: node.type,
    definition,
    execute,
    dependencies,
    dependents: dependents[position]!,
    watches: watchedBy(position, dependents, siblings),
    isContainer,
    resumable: isContainer || definition.suspends || definition.observes,
    sideEffects,
    join: node.join,
    when,
    config: ownFields(node, definition, fields),
    eagerFields: eagerFieldsOf(fields),
    lazyFields: lazyFieldsOf(fields),
    inputSchema: validator(node.inputSchema),
    outputSchema: validator(node.outputSchema),
    onError: node.onError,
    onErrorOutput,
    retryPolicy: node.retryPolicy,
    timeoutMs: attemptTimeoutMs(node, definition),
    requires,
    cache: cacheOf(analyzed),
    children,
    workflow: workflowKey === undefined ? undefined : () => compilation.planOf(workflowKey, requires),
  };
  return Object.assign(parts, compilation.composeNode(parts));
}

const validator = (schema: JsonObject | undefined): JsonSchemaValidator | undefined =>
  schema === undefined ? undefined : compileJsonSchema(schema);

/** A type with its own field `timeoutSeconds` (the deadline of a person) handles it itself. */
function attemptTimeoutMs({ timeoutSeconds }: NodeBase, { config }: NodeDefinition): number | undefined {
  return timeoutSeconds === undefined || Object.hasOwn(config.shape, "timeoutSeconds")
    ? undefined
    : timeoutSeconds * 1000;
}

/** Most nodes have no children and no lazy fields. They share this map, because a map takes 200 bytes. */
const none: ReadonlyMap<string, never> = new Map<string, never>();
const noEagerFields: NodePlan["eagerFields"] = [];

function eagerFieldsOf(fields: AnalyzedNode["fields"]): NodePlan["eagerFields"] {
  if (fields.size === 0) return noEagerFields;
  const found: [string, CompiledField][] = [];
  for (const [name, field] of fields) if (field.phase === "eager" && !field.constant) found.push([name, field]);
  return found;
}

function lazyFieldsOf(fields: AnalyzedNode["fields"]): NodePlan["lazyFields"] {
  let found: Map<string, CompiledField> | undefined;
  for (const [name, field] of fields) if (field.phase === "lazy") (found ??= new Map()).set(name, field);
  return found ?? none;
}

function* childrenOf(groups: AnalyzedNode["children"], compilation: Compilation): Steps<NodePlan["children"]> {
  const scopes = new Map<string, ScopePlan>();
  for (const [key, group] of groups) scopes.set(key, yield* compileScope(group, group.locals, compilation));
  return scopes;
}

/** The fields of the type itself, frozen: constants as deep-frozen values, evaluated fields as their source. */
function ownFields(
  node: Readonly<Record<string, unknown>>,
  definition: NodeDefinition,
  fields: ReadonlyMap<string, CompiledField>,
): Readonly<Record<string, unknown>> {
  const config: Record<string, unknown> = {};
  for (const name of Object.keys(definition.fields === "templates" ? node : definition.config.shape))
    if (Object.hasOwn(definition.config.shape, name) || !Object.hasOwn(definition.base.shape, name))
      config[name] = fields.get(name)?.value ?? node[name];
  return Object.freeze(config);
}
