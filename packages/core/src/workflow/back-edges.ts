import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { Steps } from "../time/steps.ts";
import type { DraftGroup, DraftNode, DraftScope } from "./draft.ts";
import type { IssueList } from "./issue-list.ts";
import { namesRead } from "./names-read.ts";

/**
 * Turns declared back edges into bodies: all nodes on a way from a node to one of its sources become its child group `body`,
 * where they read `state` and `iteration`. Their dependencies on the node, and its on them, are dropped: they were the cycle.
 * What they depend on besides becomes a dependency of the node: it has ended before the first iteration.
 */
export function* foldBackEdges(scope: DraftScope, issues: IssueList): Steps<void> {
  for (const node of scope.nodes) {
    for (const group of node.groups.values()) yield* foldBackEdges(group, issues);
    const sources = node.type.definition.backEdges?.(node.node) ?? [];
    if (sources.length > 0 && scope.nodes.includes(node)) {
      yield;
      fold(node, sources, scope, issues);
    }
  }
}

function fold(head: DraftNode, sources: readonly string[], scope: DraftScope, issues: IssueList): void {
  const others = new Map(scope.nodes.map((node) => [node.id, node]));
  for (const [index, source] of sources.entries())
    if (!scope.ids.has(source) || source === head.id)
      issues.add(`${head.pointer}/recursiveSources/${index}`, {
        code: source === head.id ? "ICE_DEPENDENCY_SELF" : "ICE_DEPENDENCY_UNKNOWN",
        nodeId: head.id,
        message:
          source === head.id
            ? `node "${shorten(head.id)}" names itself as a source`
            : `there is no sibling "${shorten(source)}"`,
        fix: () => didYouMean(source, scope.ids.keys()) || "name a later sibling whose completion loops back",
      });
  const dependencies = new Map(scope.nodes.map((node) => [node.id, dependenciesOf(node, others)]));
  const members = between(head.id, sources, dependencies);
  for (const [index, source] of sources.entries())
    if (others.has(source) && source !== head.id && !members.has(source))
      issues.add(`${head.pointer}/recursiveSources/${index}`, {
        code: "ICE_DEPENDENCY_UNKNOWN",
        nodeId: head.id,
        message: `"${shorten(source)}" does not come after "${shorten(head.id)}", so it cannot loop back to it`,
        fix: `let "${shorten(source)}" depend on "${shorten(head.id)}"`,
      });
  const outside = (id: string): boolean => scope.ids.has(id) && !members.has(id);
  const body: DraftGroup = { nodes: [], ids: new Map(), locals: ["state", "iteration"] };
  const before = new Set(head.node.dependencies.filter((id) => !members.has(id)));
  for (const node of scope.nodes)
    if (members.has(node.id)) {
      for (const id of node.node.dependencies) if (id !== head.id && outside(id)) before.add(id);
      body.nodes.push(withinBody(node, outside));
      body.ids.set(node.id, node.pointer);
    }
  head.groups.set("body", body);
  scope.nodes = scope.nodes
    .filter((node) => !members.has(node.id))
    .map((node) => (node === head ? dependingOn(head, [...before]) : node));
  for (const id of members) scope.ids.delete(id);
}

/** Ids that come after `head` and lead to a source, sources included. */
function between(
  head: string,
  sources: readonly string[],
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const dependents = new Map<string, string[]>();
  for (const [id, before] of dependencies)
    for (const dependency of before) {
      const known = dependents.get(dependency);
      if (known === undefined) dependents.set(dependency, [id]);
      else known.push(id);
    }
  const after = reach([head], (id) => dependents.get(id) ?? [], head);
  const before = reach(sources, (id) => dependencies.get(id) ?? [], head);
  return new Set([...before].filter((id) => after.has(id) && id !== head));
}

function reach(starts: readonly string[], next: (id: string) => Iterable<string>, head: string): Set<string> {
  const reached = new Set(starts);
  const open = [...starts];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of next(id))
      if (!reached.has(other)) {
        reached.add(other);
        if (other !== head) open.push(other);
      }
  return reached;
}

function dependenciesOf(node: DraftNode, siblings: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set([...node.node.dependencies, ...namesRead(node)].filter((id) => siblings.has(id) && id !== node.id));
}

/** The same node with other declared dependencies. */
function dependingOn(node: DraftNode, dependencies: readonly string[]): DraftNode {
  return { ...node, node: { ...node.node, dependencies: [...dependencies] } };
}

/** A node of the body without what has ended before the first iteration; its join counts those as completed. */
function withinBody({ node, ...draft }: DraftNode, isBefore: (id: string) => boolean): DraftNode {
  const dependencies = node.dependencies.filter((id) => !isBefore(id));
  const fewer = node.dependencies.length - dependencies.length;
  const join = typeof node.join === "object" ? { atLeast: Math.max(1, node.join.atLeast - fewer) } : node.join;
  return { ...draft, node: { ...node, dependencies, join } };
}
