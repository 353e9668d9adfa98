import { idLike, validateLocalName, validateNodeId } from "../blueprint/node-id.ts";
import { shorten } from "../errors/shorten.ts";
import { checkJsonSchemaInSteps } from "../json-schema/check-json-schema.ts";
import { toPointer } from "../json/json-pointer.ts";
import { isPlainObject, type Json } from "../json/json.ts";
import type { ChildNode } from "../nodes/base.ts";
import type { NodeDefinition } from "../nodes/define-node.ts";
import type { EvaluatedRule } from "../nodes/field-rule.ts";
import { isSteps, type Steps } from "../time/steps.ts";
import { checkUses } from "./check-uses.ts";
import type { DraftContext } from "./draft-context.ts";
import type { BackEdges, DraftField, DraftGroup, DraftNode, DraftScope } from "./draft-node.ts";
import { fieldPlaces, type FieldPlace } from "./field-places.ts";
import type { IssueList } from "./issue-list.ts";
import { parseNode } from "./parse-node.ts";
import { readField } from "./read-field.ts";

/** Ids that a new node may not have: of its own list, of sibling groups, and of the scopes around, with their pointers. */
class TakenIds {
  readonly #own = new Map<string, string>();
  readonly #outer: TakenIds | undefined;

  constructor(outer?: TakenIds) {
    this.#outer = outer;
  }

  pointerOf(id: string): string | undefined {
    return this.#own.get(id) ?? this.#outer?.pointerOf(id);
  }

  /** The first of two equal ids stays. */
  add(id: string, pointer: string): void {
    if (this.pointerOf(id) === undefined) this.#own.set(id, pointer);
  }
}

/** Whose ids are looked at: about 50 µs. */
const nodesBetweenPauses = 50;

/** What is known where a list of nodes stands. */
interface ListContext extends DraftContext {
  /** Nodes that the blueprint may still have. */
  readonly counter: { left: number };
  readonly taken: TakenIds;
}

/** Parses a list of nodes and everything in it. */
export function* draftScope(list: readonly ChildNode[], pointer: string, context: DraftContext): Steps<DraftScope> {
  const counter = { left: context.analysis.limits.maxNodes };
  return yield* draftList(list, pointer, { ...context, counter, taken: new TakenIds() });
}

function* draftList(list: readonly ChildNode[], pointer: string, context: ListContext): Steps<DraftScope> {
  const { counter, taken } = context;
  const scope: DraftScope = { nodes: [], ids: new Map() };
  for (const [index, raw] of list.entries()) {
    if (index % nodesBetweenPauses === 0) yield;
    const at = `${pointer}/${index}`;
    if ((counter.left -= 1) < 0) {
      if (counter.left === -1)
        context.issues.add(at, {
          code: "ICE_BLUEPRINT_LIMIT",
          message: `the blueprint has more than ${context.analysis.limits.maxNodes} nodes`,
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
    checkId(raw.id, at, context.issues, taken);
    if (typeof raw.id === "string") {
      scope.ids.set(raw.id, at);
      taken.add(raw.id, at);
    }
  }
  // Children may not reuse any id of this list, whatever their order.
  for (const [index, raw] of list.entries()) {
    if (!isPlainObject(raw)) continue;
    yield;
    const node = yield* draftNode(raw, `${pointer}/${index}`, context);
    if (node !== undefined) scope.nodes.push(node);
  }
  return scope;
}

/** What to write instead of an entry that is no node. */
function fixOfEntry(raw: unknown, { analysis }: DraftContext): string {
  if (Array.isArray(raw)) return "write its nodes into the list around it; `dependencies` give their order";
  if (typeof raw !== "string")
    return `${raw === null ? "remove the entry, or " : ""}write a node: \`{ id: a, type: tool, toolName: echo }\``;
  const { tools, nodes } = analysis.context.runtime;
  const id = idLike(raw);
  if (tools.get(raw) !== undefined) return `write a node: \`{ id: ${id}, type: tool, toolName: ${raw} }\``;
  if (nodes.get(raw) !== undefined) return `write a node: \`{ id: ${id}, type: ${raw} }\`, and its fields`;
  return `write a node: \`{ id: ${id}, type: tool, toolName: echo }\``;
}

function checkId(id: unknown, at: string, issues: IssueList, taken: TakenIds): void {
  if (typeof id !== "string") return;
  const problem = validateNodeId(id);
  if (problem !== undefined)
    issues.add(`${at}/id`, {
      code: "ICE_NODE_ID_INVALID",
      nodeId: id,
      message: `the id "${shorten(id)}" ${problem}`,
      fix: `write an id that can be a name: \`id: ${idLike(id)}\``,
    });
  else if (taken.pointerOf(id) !== undefined)
    issues.add(`${at}/id`, {
      code: "ICE_NODE_ID_DUPLICATE",
      nodeId: id,
      message: `the id "${shorten(id)}" is taken, by the node at ${taken.pointerOf(id)}`,
      fix: "give one of the two another id",
    });
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
  const { fields, backEdges } = yield* draftFields(places, parsed, pointer, context);
  const read = (name: string, value: Json, rule: EvaluatedRule, at: string): ReturnType<typeof readField> =>
    readField(name, value, rule, at, nodeId, issues);
  const when =
    node.when === undefined
      ? undefined
      : read("when", node.when, { syntax: "expression", result: "boolean" }, `${pointer}/when`);
  const onErrorOutput =
    typeof node.onError === "object"
      ? read("onError.output", node.onError.output, { syntax: "template" }, `${pointer}/onError/output`)
      : undefined;
  const { workflowKey, sideEffects, mismatches } = checkUses({ node, type, pointer, fields }, context);
  if (mismatches !== undefined) yield* mismatches;
  return {
    id: nodeId,
    pointer,
    node,
    type,
    sideEffects,
    when: when !== undefined && isSteps(when) ? yield* when : when,
    onErrorOutput: onErrorOutput !== undefined && isSteps(onErrorOutput) ? yield* onErrorOutput : onErrorOutput,
    fields,
    backEdges,
    groups: yield* draftGroups(node, definition, pointer, context),
    workflowKey,
  };
}

/** The cap has a default, so that a long delay may be cut without a word about it. */
function checkBackoff({ id, retryPolicy }: DraftNode["node"], pointer: string, issues: IssueList): void {
  if (retryPolicy === undefined || retryPolicy.backoffSeconds <= retryPolicy.maxBackoffSeconds) return;
  const { backoffSeconds, maxBackoffSeconds } = retryPolicy;
  issues.add(`${pointer}/retryPolicy/backoffSeconds`, {
    code: "ICE_BLUEPRINT_SCHEMA",
    severity: "warning",
    nodeId: id,
    message: `a delay of ${backoffSeconds} s is cut to \`maxBackoffSeconds\`, which is ${maxBackoffSeconds} s (60 when it is not written)`,
    fix: `write maxBackoffSeconds: ${backoffSeconds} beside it`,
  });
}

function* checkSchema(
  { name, value, path: inside = [name] }: FieldPlace,
  { node, pointer }: Pick<DraftNode, "node" | "pointer">,
  { analysis, issues }: DraftContext,
): Steps<void> {
  for (const { path, message, fix } of yield* checkJsonSchemaInSteps(value, analysis.patterns))
    issues.at(pointer, [...inside, ...path], {
      code: "ICE_BLUEPRINT_SCHEMA",
      nodeId: node.id,
      message: `${name}: ${message}`,
      ...(fix && { fix }),
    });
}

/** Compiles what is evaluated, and notes back edges. */
function* draftFields(
  places: readonly FieldPlace[],
  { node, type: { definition } }: Pick<DraftNode, "node" | "type">,
  pointer: string,
  context: ListContext,
): Steps<Pick<DraftNode, "fields" | "backEdges">> {
  const fields = new Map<string, DraftField>();
  let backEdges: BackEdges | undefined;
  const templates = definition.fields === "templates";
  for (const { name, rule, value, path } of places) {
    if (rule.syntax === "text" || rule.syntax === "schema") continue;
    const at = path === undefined ? `${pointer}/${name}` : pointer + toPointer(path);
    if (path !== undefined) yield;
    for (const local of rule.locals ?? [])
      checkLocal(local, rule.syntax === "backEdges" ? "list" : "field", { pointer, nodeId: node.id }, context);
    if (rule.syntax === "backEdges") {
      backEdges = { pointer: at, rule, sources: value as readonly string[] };
      continue;
    }
    const made = readField(name, value as Json, rule, at, node.id, context.issues);
    const field = isSteps(made) ? yield* made : made;
    if (templates && field.constant && field.foreign.length === 0) continue;
    fields.set(name, { field, rule, pointer: at, path });
  }
  return { fields, backEdges };
}

function* draftGroups(
  node: DraftNode["node"],
  { children }: NodeDefinition,
  pointer: string,
  context: ListContext,
): Steps<Map<string, DraftGroup>> {
  const groups = new Map<string, DraftGroup>();
  if (children === undefined) return groups;
  const taken = new TakenIds(context.taken);
  for (const { key, pointer: path, nodes, locals } of children(node)) {
    for (const name of locals) checkLocal(name, "list", { pointer, nodeId: node.id }, context);
    groups.set(key, { ...(yield* draftList(nodes, pointer + toPointer(path), { ...context, taken })), locals });
  }
  return groups;
}

function checkLocal(
  name: string,
  where: "list" | "field",
  { pointer, nodeId }: { readonly pointer: string; readonly nodeId: string },
  { issues, taken }: ListContext,
): void {
  const problem =
    validateLocalName(name, where) ??
    (taken.pointerOf(name) !== undefined ? "is the id of a node that is visible there" : undefined);
  if (problem !== undefined)
    issues.add(pointer, {
      code: "ICE_NODE_ID_INVALID",
      nodeId,
      message: `the name "${shorten(name)}" ${problem}`,
      fix: `choose another name, as in \`${idLike(name)}\``,
    });
}
