import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { EvaluatedRule } from "../nodes/field-rule.ts";
import type { Steps } from "../time/steps.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalyzedChildren, AnalyzedNode, AnalyzedScope } from "./analyzed-blueprint.ts";
import { checkJoin } from "./check-join.ts";
import { checkReference, closed, containerOf, type ReferencePlace, type Visible } from "./check-reference.ts";
import type { PlacedField } from "./compile-field.ts";
import { compiledFields } from "./compiled-fields.ts";
import type { DraftNode, DraftScope } from "./draft-node.ts";
import { warnOfForeign } from "./foreign-templates.ts";
import { findCycle } from "./graph.ts";
import { once, type Finding, type IssueList } from "./issue-list.ts";

/**
 * Gives every name a meaning: dependencies become positions, names in expressions become dependencies, cycles and joins are
 * checked. What nested nodes read from outside becomes a dependency of their container.
 */
export function* resolveScope(
  scope: DraftScope,
  visible: Visible,
  context: { readonly analysis: Analysis; readonly issues: IssueList },
): Steps<AnalyzedScope> {
  const positions = new Map(scope.nodes.map((node, position) => [node.id, position]));
  const nodes: AnalyzedNode[] = [];
  for (const node of scope.nodes) {
    yield;
    nodes.push(yield* resolveNode(node, scope, positions, visible, context));
  }
  reportCycle(scope.nodes, nodes, context);
  return { nodes };
}

/** Finding the name that was meant takes about a millisecond. */
const namesBetweenPauses = 5;

const noNames: ReferencePlace["extra"] = new Map();
const errorShape: ReferencePlace["extra"] = new Map([["error", closed(["code", "message"])]]);

function localsOf({ locals = [], members = {} }: EvaluatedRule): ReferencePlace["extra"] {
  return new Map(locals.map((name) => [name, members[name] && closed(members[name])]));
}

function* resolveNode(
  draft: DraftNode,
  scope: DraftScope,
  positions: ReadonlyMap<string, number>,
  visible: Visible,
  context: { readonly analysis: Analysis; readonly issues: IssueList },
): Steps<AnalyzedNode> {
  const { node, type, pointer, sideEffects, when, onErrorOutput, fields, groups, workflowKey } = draft;
  const own: Visible = { ...visible, self: draft, dependencies: new Set() };
  const children = new Map<string, AnalyzedChildren>();
  const inner = (key: string): Visible => {
    const group = groups.get(key)!;
    return { scope: group, locals: new Set(group.locals), outer: own, inputs: visible.inputs };
  };
  function* check(
    { places, foreign }: PlacedField,
    at: string,
    from: Visible,
    extra: ReferencePlace["extra"] = noNames,
  ): Steps<void> {
    for (const [index, { expression, path: inside }] of places.entries()) {
      if (index % namesBetweenPauses === namesBetweenPauses - 1) yield;
      for (const reference of expression.references)
        checkReference(reference, {
          visible: from,
          extra,
          pointer: at,
          path: inside,
          nodeId: draft.id,
          ...context,
        });
    }
    for (const text of foreign) {
      yield;
      warnOfForeign(text, {
        visible: from,
        extra,
        pointer: at,
        nodeId: draft.id,
        issues: context.issues,
      });
    }
  }
  if (when !== undefined) yield* check(when, `${pointer}/when`, own);
  if (onErrorOutput !== undefined) yield* check(onErrorOutput, `${pointer}/onError/output`, own, errorShape);
  for (const { field, rule, pointer: at } of fields.values()) {
    if (field.places.length === 0 && field.foreign.length === 0) continue;
    const [only] = rule.children === true ? groups.keys() : [];
    yield* check(field, at, only === undefined ? own : inner(only), localsOf(rule));
  }
  for (const key of groups.keys())
    children.set(key, {
      ...(yield* resolveScope(groups.get(key)!, inner(key), context)),
      locals: groups.get(key)!.locals,
    });
  const dependencies = yield* declared(draft, scope, positions, visible, context.issues);
  for (const id of own.dependencies!) if (positions.has(id)) dependencies.add(positions.get(id)!);
  const watches = watched(draft, scope, positions, visible, context.issues);
  checkJoin(draft, dependencies.size, context.issues);
  return {
    node,
    type,
    pointer,
    sideEffects,
    dependencies: [...dependencies].toSorted((a, b) => a - b),
    watches,
    when,
    onErrorOutput,
    fields: compiledFields(draft),
    children,
    workflowKey,
  };
}

function* declared(
  draft: DraftNode,
  scope: DraftScope,
  positions: ReadonlyMap<string, number>,
  visible: Visible,
  issues: IssueList,
): Steps<Set<number>> {
  const found = new Set<number>();
  for (const [index, id] of draft.node.dependencies.entries()) {
    if (index % namesBetweenPauses === 0) yield;
    const position = positions.get(id);
    const at = `${draft.pointer}/dependencies/${index}`;
    if (id === draft.id)
      issues.add(at, {
        code: "ICE_DEPENDENCY_SELF",
        nodeId: id,
        message: `node "${shorten(id)}" depends on itself`,
        fix: "remove the dependency",
      });
    else if (position !== undefined) found.add(position);
    else if (!scope.ids.has(id))
      issues.add(at, {
        code: "ICE_DEPENDENCY_UNKNOWN",
        nodeId: draft.id,
        ...unknownSibling("depends on", draft.id, id, scope, visible),
      });
  }
  return found;
}

/** What it looks at ends before it does: a node that waits for it cannot be among them. */
function watched(
  { node, type, id: nodeId, pointer }: DraftNode,
  scope: DraftScope,
  positions: ReadonlyMap<string, number>,
  visible: Visible,
  issues: IssueList,
): number[] {
  const found: number[] = [];
  for (const { id, pointer: path } of type.definition.uses?.(node).siblings ?? []) {
    const position = positions.get(id);
    if (position !== undefined) found.push(position);
    else if (!scope.ids.has(id))
      issues.at(pointer, path, {
        code: "ICE_DEPENDENCY_UNKNOWN",
        nodeId,
        ...unknownSibling("watches", nodeId, id, scope, visible),
      });
  }
  return found;
}

function unknownSibling(
  verb: "depends on" | "watches",
  nodeId: string,
  id: string,
  scope: DraftScope,
  visible: Visible,
): Pick<Finding, "message" | "fix"> {
  const container = once(() => containerOf(id, visible));
  const says = `node "${shorten(nodeId)}" ${verb} "${shorten(id)}", which`;
  return {
    message: () =>
      container() === undefined ? `${says} does not exist beside it` : `${says} runs inside "${container()}"`,
    fix: () => {
      if (container() === undefined)
        return didYouMean(id, scope.ids.keys()) || `name a sibling, or add a node with id "${shorten(id)}"`;
      return verb === "watches" ? `watch "${container()}"` : `depend on "${container()}", and read its output`;
    },
  };
}

function reportCycle(
  drafts: readonly DraftNode[],
  nodes: readonly AnalyzedNode[],
  { analysis, issues }: { readonly analysis: Analysis; readonly issues: IssueList },
): void {
  const cycle = findCycle(
    nodes.map(({ dependencies, watches }) => (watches.length === 0 ? dependencies : [...dependencies, ...watches])),
  );
  if (cycle === undefined) return;
  const ids = cycle.map((position) => drafts[position]!.id);
  const more = `… (${ids.length - 10} more) …`;
  const shown = ids.length > 20 ? [...ids.slice(0, 5), more, ...ids.slice(-5)] : ids;
  issues.add(drafts[cycle[0]!]!.pointer, {
    code: "ICE_GRAPH_CYCLE",
    nodeId: ids[0]!,
    message: `these nodes wait for each other: ${[...shown, ids[0]].join(" → ")}`,
    fix: `remove one of the dependencies${wayToLoop(analysis)}`,
  });
}

/** How an author declares a back edge: with the first type that has a field for it. */
function wayToLoop({ context }: Analysis): string {
  for (const [type, { definition }] of context.runtime.nodes.entries())
    for (const [field, { syntax }] of Object.entries(definition.fields === "templates" ? {} : definition.fields))
      if (syntax === "backEdges") return `, or let a ${type} node declare the back edge (${field})`;
  return "";
}
