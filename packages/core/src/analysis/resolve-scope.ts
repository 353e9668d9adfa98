import type { EvaluatedRule } from "../nodes/field-rule.ts";
import type { Steps } from "../time/steps.ts";
import type { Analysis } from "./analysis.ts";
import type { AnalyzedChildren, AnalyzedNode, AnalyzedScope } from "./analyzed-blueprint.ts";
import { checkJoin } from "./check-join.ts";
import { checkReference, closed, type ReferencePlace, type Visible } from "./check-reference.ts";
import type { PlacedField } from "./compile-field.ts";
import { compiledFields } from "./compiled-fields.ts";
import type { DraftNode, DraftScope } from "./draft-node.ts";
import { warnOfForeign } from "./foreign-templates.ts";
import type { IssueList } from "./issue-list.ts";
import { reportCycle } from "./report-cycle.ts";
import { dependenciesOf, watchedSiblings, type Siblings } from "./sibling-dependencies.ts";
import type { Terms } from "./terms.ts";

interface ResolveContext {
  readonly analysis: Analysis;
  readonly issues: IssueList;
  readonly terms: Terms;
}

/** Nodes between two pauses: 10 to 50 µs. Nodes with many references pause by themselves. */
const nodesBetweenPauses = 8;

/**
 * Resolves every name: dependencies become positions, names in expressions become dependencies, cycles and joins are
 * checked. Outer nodes that nested nodes read become dependencies of their container.
 */
export function* resolveScope(scope: DraftScope, visible: Visible, context: ResolveContext): Steps<AnalyzedScope> {
  const positions = new Map(scope.nodes.map(({ id }, at) => [id, at]));
  const siblings: Siblings = { scope, visible, positions, terms: context.terms };
  const nodes: AnalyzedNode[] = [];
  for (const draft of scope.nodes) {
    if (nodes.length % nodesBetweenPauses === 0) yield;
    const { children, read } = readsNames(draft) ? yield* resolveNames(draft, visible, context) : nothingRead;
    const dependencies = dependenciesOf(draft, read, siblings, context.issues);
    const watches = watchedSiblings(draft, siblings, context.issues);
    checkJoin(draft, dependencies.length, context.issues);
    const { node, type, pointer, sideEffects, when, onErrorOutput, cacheKey, workflowKey } = draft;
    const fields = compiledFields(draft);
    nodes.push({
      node,
      type,
      pointer,
      sideEffects,
      dependencies,
      watches,
      when,
      onErrorOutput,
      cacheKey,
      fields,
      children,
      workflowKey,
    });
  }
  reportCycle(scope.nodes, nodes, context);
  return { nodes };
}

/** The names that a node and everything in it read. */
interface NamesRead {
  readonly children: AnalyzedNode["children"];
  /** Ids of siblings, or of enclosing nodes. */
  readonly read: ReadonlySet<string>;
}

const nothingRead: NamesRead = { children: new Map(), read: new Set() };

const readsNames = ({ when, onErrorOutput, cacheKey, fields, groups }: DraftNode): boolean =>
  when !== undefined || onErrorOutput !== undefined || cacheKey !== undefined || fields.size > 0 || groups.size > 0;

/** Finding a suggestion takes about a millisecond. */
const namesBetweenPauses = 5;

const noNames: ReferencePlace["extra"] = new Map();
const errorShape: ReferencePlace["extra"] = new Map([["error", closed(["code", "message"])]]);

/** Names of a field or of a list, with their schemas, if known. */
function localsOf({ locals = [], members = {} }: Pick<EvaluatedRule, "locals" | "members">): ReferencePlace["extra"] {
  const known = (name: string) => (Object.hasOwn(members, name) ? closed(members[name]!) : undefined);
  return new Map(locals.map((name) => [name, known(name)]));
}

/** Checks the names that the expressions of a node read, and resolves the nodes in it. */
function* resolveNames(draft: DraftNode, visible: Visible, context: ResolveContext): Steps<NamesRead> {
  const { pointer, when, onErrorOutput, cacheKey, fields, groups } = draft;
  const read = new Set<string>();
  const own: Visible = { ...visible, self: draft, dependencies: read };
  const children = new Map<string, AnalyzedChildren>();
  const inner = (key: string): Visible => {
    const group = groups.get(key)!;
    const seen = group.sees === undefined ? undefined : groups.get(group.sees);
    const outer = seen === undefined ? own : { scope: seen, locals: noNames, outer: own, inputs: visible.inputs };
    return { scope: group, locals: localsOf(group), outer, inputs: visible.inputs };
  };
  function* check(
    { places, foreign }: PlacedField,
    at: string,
    from: Visible,
    extra: ReferencePlace["extra"] = noNames,
  ): Steps<void> {
    for (const [index, { expression, keys: inside }] of places.entries()) {
      if (index % namesBetweenPauses === namesBetweenPauses - 1) yield;
      for (const reference of expression.references)
        checkReference(reference, {
          visible: from,
          extra,
          pointer: at,
          keys: inside,
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
  if (cacheKey !== undefined) yield* check(cacheKey, `${pointer}/cache/key`, own);
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
  return { children, read };
}
