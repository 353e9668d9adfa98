import { idLike } from "../blueprint/node-id.ts";
import { checkJsonSchemaInSteps } from "../json-schema/check-json-schema.ts";
import { toPointer } from "../json/json-pointer.ts";
import { isPlainObject, type Json } from "../json/json.ts";
import type { ChildNode } from "../nodes/base.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import type { BackEdgesRule, EvaluatedRule } from "../nodes/field-rule.ts";
import { requiredBy } from "../nodes/requirements.ts";
import { isSteps, type Steps } from "../time/steps.ts";
import { checkChildren, checkCleanup, checkRequires } from "./check-children.ts";
import { checkUses } from "./check-uses.ts";
import type { DraftContext } from "./draft-context.ts";
import type { BackEdges, DraftField, DraftGroup, DraftNode, DraftScope } from "./draft-node.ts";
import { fieldPlaces, type FieldPlace } from "./field-places.ts";
import type { IssueList } from "./issue-list.ts";
import { parseNode } from "./parse-node.ts";
import { readField } from "./read-field.ts";
import { checkId, checkLocal, TakenIds } from "./taken-ids.ts";

/** Nodes whose ids are checked, or that are parsed, between two pauses: 10 to 100 µs. Large parts of a node pause by themselves. */
const idsBetweenPauses = 50;
const nodesBetweenPauses = 8;

/** Most nodes have none of these and share the empty ones: a map takes 200 bytes, a generator as much again. */
const noGroups: DraftNode["groups"] = new Map();
const noFields: Pick<DraftNode, "fields" | "backEdges"> = { fields: new Map(), backEdges: undefined };

/** Context of a list of nodes. */
interface ListContext extends DraftContext {
  /** Nodes that the blueprint may still have. */
  readonly counter: { left: number };
  readonly taken: TakenIds;
  /** Whether the nodes clean up. */
  readonly isCleanup: boolean;
  /** What the nodes around require of a worker. */
  readonly requires: readonly string[];
}

/** Parses a list of nodes and everything in it. */
export function* draftScope(list: readonly ChildNode[], pointer: string, context: DraftContext): Steps<DraftScope> {
  const counter = { left: context.analysis.limits.maxNodes };
  return yield* draftList(list, pointer, {
    ...context,
    counter,
    taken: new TakenIds(),
    isCleanup: false,
    requires: [],
  });
}

function* draftList(list: readonly ChildNode[], pointer: string, context: ListContext): Steps<DraftScope> {
  const { counter, terms } = context;
  const scope: DraftScope = { nodes: [], ids: new Map() };
  for (const [index, raw] of list.entries()) {
    if (index % idsBetweenPauses === 0) yield;
    const at = `${pointer}/${index}`;
    if ((counter.left -= 1) < 0) {
      if (counter.left === -1)
        context.issues.add(at, {
          code: "ICE_BLUEPRINT_LIMIT",
          message: `the ${terms.document} has more than ${context.analysis.limits.maxNodes} ${terms.nodes}`,
          fix: "loop over data instead of writing nodes out, or use sub-workflows",
        });
      return scope;
    }
    if (!isPlainObject(raw)) {
      context.issues.add(at, {
        code: "ICE_BLUEPRINT_SCHEMA",
        message: "expected a node (an object with id and type)",
        fix: () => fixOfEntry(raw, context),
      });
      continue;
    }
    checkId(raw.id, at, context);
    if (typeof raw.id === "string") {
      scope.ids.set(raw.id, at);
      context.taken.add(raw.id, at);
    }
  }
  // Children may not reuse any id of this list, regardless of order.
  for (const [index, raw] of list.entries()) {
    if (!isPlainObject(raw)) continue;
    if (index % nodesBetweenPauses === 0) yield;
    const node = yield* draftNode(raw, `${pointer}/${index}`, context);
    if (node !== undefined) scope.nodes.push(node);
  }
  return scope;
}

/** The fix for an entry that is not a node. */
function fixOfEntry(raw: unknown, { analysis }: DraftContext): string {
  if (Array.isArray(raw)) return "move its nodes to the list around it; `dependencies` set their order";
  if (typeof raw !== "string")
    return `${raw === null ? "remove the entry, or " : ""}write a node: \`{ id: a, type: tool, toolName: echo }\``;
  const { tools, nodes } = analysis.context.runtime;
  const id = idLike(raw);
  if (tools.get(raw) !== undefined) return `write a node: \`{ id: ${id}, type: tool, toolName: ${raw} }\``;
  if (nodes.get(raw) !== undefined) return `write a node: \`{ id: ${id}, type: ${raw} }\`, and its fields`;
  return `write a node: \`{ id: ${id}, type: tool, toolName: echo }\``;
}

function* draftNode(raw: ChildNode, pointer: string, context: ListContext): Steps<DraftNode | undefined> {
  const { issues } = context;
  const parsed = parseNode(raw, pointer, context);
  if (parsed === undefined) return undefined;
  if (Symbol.iterator in parsed) return yield* parsed;
  const { node, type } = parsed;
  const { definition } = type;
  const nodeId = node.id;
  const places = fieldPlaces(definition, definition.fields === "templates" ? raw : node);
  for (const place of places) if (place.rule.syntax === "schema") yield* checkSchema(place, { node, pointer }, context);
  for (const { field, message, fix } of definition.lint?.(node) ?? [])
    issues.at(pointer, [field], { code: "ICE_BLUEPRINT_SCHEMA", severity: "warning", nodeId, message, fix });
  checkBackoff(node, pointer, issues);
  if (context.isCleanup) checkCleanup({ node, type, pointer }, issues);
  const requires = requiredBy({ node, type }, context.requires);
  if (requires !== context.requires) checkRequires({ node, pointer }, requires, issues);
  const { fields, backEdges } = places.length === 0 ? noFields : yield* draftFields(places, parsed, pointer, context);
  const when =
    node.when === undefined
      ? undefined
      : readField("when", node.when, whenRule, { pointer: `${pointer}/when`, nodeId, issues });
  const onErrorOutput =
    typeof node.onError === "object"
      ? readField("onError.output", node.onError.output, outputRule, {
          pointer: `${pointer}/onError/output`,
          nodeId,
          issues,
        })
      : undefined;
  const cacheKey =
    node.cache?.key === undefined
      ? undefined
      : readField("cache.key", node.cache.key, outputRule, { pointer: `${pointer}/cache/key`, nodeId, issues });
  const { workflowKey, sideEffects, mismatches } = checkUses({ node, type, pointer, fields }, context);
  if (mismatches !== undefined) yield* mismatches;
  const groups =
    definition.children === undefined
      ? noGroups
      : yield* draftGroups(node, definition.children, pointer, { ...context, requires });
  checkChildren({ node, type, pointer, groups }, issues);
  return {
    id: nodeId,
    pointer,
    node,
    type,
    sideEffects,
    when: when !== undefined && isSteps(when) ? yield* when : when,
    onErrorOutput: onErrorOutput !== undefined && isSteps(onErrorOutput) ? yield* onErrorOutput : onErrorOutput,
    cacheKey: cacheKey !== undefined && isSteps(cacheKey) ? yield* cacheKey : cacheKey,
    fields,
    backEdges,
    groups,
    workflowKey,
  };
}

const whenRule: EvaluatedRule = { syntax: "expression", result: "boolean" };
const outputRule: EvaluatedRule = { syntax: "template" };

/** The cap has a default, so a long delay could otherwise be reduced silently. */
function checkBackoff({ id, retryPolicy }: DraftNode["node"], pointer: string, issues: IssueList): void {
  if (retryPolicy === undefined || retryPolicy.backoffSeconds <= retryPolicy.maxBackoffSeconds) return;
  const { backoffSeconds, maxBackoffSeconds } = retryPolicy;
  issues.add(`${pointer}/retryPolicy/backoffSeconds`, {
    code: "ICE_BLUEPRINT_SCHEMA",
    severity: "warning",
    nodeId: id,
    message: `a delay of ${backoffSeconds} s is limited to \`maxBackoffSeconds\`, which is ${maxBackoffSeconds} s (default 60)`,
    fix: `write maxBackoffSeconds: ${backoffSeconds} beside it`,
  });
}

function* checkSchema(
  { name, value, keys: inside = [name] }: FieldPlace,
  { node, pointer }: Pick<DraftNode, "node" | "pointer">,
  { analysis, issues }: DraftContext,
): Steps<void> {
  for (const { keys, message, fix } of yield* checkJsonSchemaInSteps(value, analysis.patterns))
    issues.at(pointer, [...inside, ...keys], {
      code: "ICE_BLUEPRINT_SCHEMA",
      nodeId: node.id,
      message: `${name}: ${message}`,
      fix,
    });
}

/** Compiles the evaluated fields, and records back edges. */
function* draftFields(
  places: readonly FieldPlace[],
  parsed: Pick<DraftNode, "node" | "type">,
  pointer: string,
  context: ListContext,
): Steps<Pick<DraftNode, "fields" | "backEdges">> {
  const fields = new Map<string, DraftField>();
  let backEdges: BackEdges | undefined;
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index]!;
    if (place.keys !== undefined) yield;
    const { syntax } = place.rule;
    if (syntax === "backEdges")
      backEdges = draftBackEdges(place as FieldPlace<BackEdgesRule>, parsed, pointer, context);
    else if (syntax === "template" || syntax === "expression") {
      const made = draftField(place as FieldPlace<EvaluatedRule>, parsed, pointer, context);
      addField(fields, place.name, isSteps(made) ? yield* made : made, parsed);
    }
  }
  return { fields, backEdges };
}

const placePointer = ({ name, keys }: FieldPlace, pointer: string): string =>
  keys === undefined ? `${pointer}/${name}` : pointer + toPointer(keys);

function draftBackEdges(
  place: FieldPlace<BackEdgesRule>,
  { node }: Pick<DraftNode, "node">,
  pointer: string,
  context: ListContext,
): BackEdges {
  const { rule, value } = place;
  for (const local of rule.locals) checkLocal(local, "list", { pointer, nodeId: node.id }, context);
  return { pointer: placePointer(place, pointer), rule, sources: value as readonly string[] };
}

/** Synchronous, or in steps if a field has many expressions. */
function draftField(
  place: FieldPlace<EvaluatedRule>,
  { node }: Pick<DraftNode, "node">,
  pointer: string,
  context: ListContext,
): DraftField | Steps<DraftField> {
  const { name, rule, value, keys } = place;
  for (const local of rule.locals ?? []) checkLocal(local, "field", { pointer, nodeId: node.id }, context);
  const at = placePointer(place, pointer);
  const field = readField(name, value as Json, rule, { pointer: at, nodeId: node.id, issues: context.issues });
  return isSteps(field) ? later(field, { rule, pointer: at, keys }) : { field, rule, pointer: at, keys };
}

function* later(field: Steps<DraftField["field"]>, rest: Omit<DraftField, "field">): Steps<DraftField> {
  return { field: yield* field, ...rest };
}

/** A field of a registered type without templates is plain data. */
function addField(
  fields: Map<string, DraftField>,
  name: string,
  drafted: DraftField,
  { type }: Pick<DraftNode, "type">,
): void {
  const { constant, foreign } = drafted.field;
  if (type.definition.fields === "templates" && constant && foreign.length === 0) return;
  fields.set(name, drafted);
}

function* draftGroups(
  node: DraftNode["node"],
  children: NonNullable<NodeDefinition["children"]>,
  pointer: string,
  context: ListContext,
): Steps<DraftNode["groups"]> {
  const groups = new Map<string, DraftGroup>();
  const taken = new TakenIds(context.taken);
  for (const { key, keys, nodes, locals, members, sees, cleanup = false } of children(node)) {
    for (const name of locals) checkLocal(name, "list", { pointer, nodeId: node.id }, context);
    const inner = { ...context, taken, isCleanup: context.isCleanup || cleanup };
    groups.set(key, { ...(yield* draftList(nodes, pointer + toPointer(keys), inner)), locals, members, sees });
  }
  return groups;
}
