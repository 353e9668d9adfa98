import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { Steps } from "../time/steps.ts";
import type { BackEdges, DraftGroup, DraftNode, DraftScope } from "./draft-node.ts";
import type { IssueList } from "./issue-list.ts";
import { referencedNames } from "./referenced-names.ts";

/**
 * Turns declared back edges into bodies: all nodes on a path from a node to one of its sources become the child group that the
 * rule names, where they read its locals. Their dependencies on the node, and its on them, are dropped: they were the cycle.
 * What they depend on besides becomes a dependency of the node: it has ended before the first iteration.
 *
 * O(nodes + edges), and for each back edge as much as its sources come after.
 */
export function* foldBackEdges(scope: DraftScope, issues: IssueList): Steps<void> {
  let siblings: Siblings | undefined;
  for (const [position, node] of scope.nodes.entries()) {
    for (const group of node.groups.values()) yield* foldBackEdges(group, issues);
    if (node.backEdges === undefined) continue;
    siblings ??= yield* siblingsOf(scope);
    const context = { scope, siblings, issues };
    if (siblings.nodes[position] === node) yield* fold({ node, position }, node.backEdges, context);
  }
  if (siblings !== undefined) scope.nodes = siblings.nodes.filter((node) => node !== undefined);
}

/** About 50 µs. */
const nodesBetweenPauses = 100;

/** The nodes of a scope while they are folded, and their dependencies. */
interface Siblings {
  /** Undefined if it has become part of a body. */
  readonly nodes: (DraftNode | undefined)[];
  /** Positions of the nodes with an id; more than one is an error that has already been reported. */
  readonly positions: Map<string, number[]>;
  readonly dependencies: Map<string, ReadonlySet<string>>;
  readonly dependents: Map<string, Set<string>>;
}

function* siblingsOf(scope: DraftScope): Steps<Siblings> {
  const siblings: Siblings = {
    nodes: [...scope.nodes],
    positions: Map.groupBy(scope.nodes.keys(), (position) => scope.nodes[position]!.id),
    dependencies: new Map(),
    dependents: new Map(scope.nodes.map(({ id }) => [id, new Set()])),
  };
  for (const [position, node] of scope.nodes.entries()) {
    if (position % nodesBetweenPauses === 0) yield;
    connect(node, siblings);
  }
  return siblings;
}

/** Sets the dependencies of a node, declared and inferred; replaces earlier ones. */
function connect(node: DraftNode, { positions, dependencies, dependents }: Siblings): void {
  const { id } = node;
  for (const before of dependencies.get(id) ?? []) dependents.get(before)?.delete(id);
  const names = [...node.node.dependencies, ...referencedNames(node)].filter(
    (name) => positions.has(name) && name !== id,
  );
  dependencies.set(id, new Set(names));
  for (const name of names) dependents.get(name)!.add(id);
}

interface FoldContext {
  readonly scope: DraftScope;
  readonly siblings: Siblings;
  readonly issues: IssueList;
}

function* fold(
  { node: head, position }: { readonly node: DraftNode; readonly position: number },
  { pointer, rule, sources }: BackEdges,
  { scope, siblings, issues }: FoldContext,
): Steps<void> {
  for (const [index, source] of sources.entries()) {
    if (index % nodesBetweenPauses === 0) yield;
    if (!scope.ids.has(source) || source === head.id)
      issues.add(`${pointer}/${index}`, {
        code: source === head.id ? "ICE_DEPENDENCY_SELF" : "ICE_DEPENDENCY_UNKNOWN",
        nodeId: head.id,
        message:
          source === head.id
            ? `node "${shorten(head.id)}" names itself as a source`
            : `there is no sibling "${shorten(source)}"`,
        fix: () => didYouMean(source, scope.ids.keys()) || "name a later sibling whose completion loops back",
      });
  }
  const members = yield* between(head.id, sources, siblings);
  for (const [index, source] of sources.entries())
    if (siblings.positions.has(source) && source !== head.id && !members.has(source))
      issues.add(`${pointer}/${index}`, {
        code: "ICE_DEPENDENCY_UNKNOWN",
        nodeId: head.id,
        message: `"${shorten(source)}" does not run after "${shorten(head.id)}", so it cannot loop back to it`,
        fix: `make "${shorten(source)}" depend on "${shorten(head.id)}"`,
      });
  const outside = (id: string): boolean => scope.ids.has(id) && !members.has(id);
  const body: DraftGroup = { nodes: [], ids: new Map(), locals: rule.locals };
  const before = new Set(head.node.dependencies.filter((id) => !members.has(id)));
  const places = [...members].flatMap((id) => siblings.positions.get(id)!).toSorted((a, b) => a - b);
  for (const place of places) {
    if (body.nodes.length % nodesBetweenPauses === 0) yield;
    const node = siblings.nodes[place]!;
    for (const id of node.node.dependencies) if (id !== head.id && outside(id)) before.add(id);
    body.nodes.push(withinBody(node, outside));
    body.ids.set(node.id, node.pointer);
    siblings.nodes[place] = undefined;
  }
  head.groups = new Map([...head.groups, [rule.group, body]]);
  for (const id of members) {
    for (const dependency of siblings.dependencies.get(id)!) siblings.dependents.get(dependency)?.delete(id);
    for (const map of [scope.ids, siblings.positions, siblings.dependencies, siblings.dependents]) map.delete(id);
  }
  const folded = dependingOn(head, [...before]);
  siblings.nodes[position] = folded;
  connect(folded, siblings);
}

/** Ids of the nodes on a path from `head` to a source, sources included. */
function* between(
  head: string,
  sources: readonly string[],
  { dependencies, dependents }: Siblings,
): Steps<ReadonlySet<string>> {
  const before = yield* reach(sources, (id) => dependencies.get(id) ?? [], head);
  const after = yield* reach([head], (id) => [...(dependents.get(id) ?? [])].filter((next) => before.has(next)), head);
  after.delete(head);
  return after;
}

function* reach(starts: readonly string[], next: (id: string) => Iterable<string>, head: string): Steps<Set<string>> {
  const reached = new Set(starts);
  const open = [...starts];
  let seen = 0;
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of next(id)) {
      if ((seen += 1) % nodesBetweenPauses === 0) yield;
      if (reached.has(other)) continue;
      reached.add(other);
      if (other !== head) open.push(other);
    }
  return reached;
}

/** The same node with other declared dependencies. */
function dependingOn(node: DraftNode, dependencies: readonly string[]): DraftNode {
  return { ...node, node: { ...node.node, dependencies: [...dependencies] } };
}

/** A node of the body without the dependencies that end before the first iteration; its join counts those as completed. */
function withinBody({ node, ...draft }: DraftNode, isBefore: (id: string) => boolean): DraftNode {
  const dependencies = node.dependencies.filter((id) => !isBefore(id));
  const fewer = node.dependencies.length - dependencies.length;
  const join = typeof node.join === "object" ? { atLeast: Math.max(1, node.join.atLeast - fewer) } : node.join;
  return { ...draft, node: { ...node, dependencies, join } };
}
