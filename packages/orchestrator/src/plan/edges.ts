import type { AnalyzedNode } from "@ice/core/internal";

const none: number[] = [];

/** Per position: the positions of the nodes that wait for it. Counted first, for a list that grows takes more than it needs. */
export function dependentsOf(nodes: readonly AnalyzedNode[]): readonly (readonly number[])[] {
  const counts = new Int32Array(nodes.length);
  for (const { dependencies } of nodes) for (const dependency of dependencies) counts[dependency]! += 1;
  const dependents = Array.from(counts, (count) => (count === 0 ? none : new Array<number>(count)));
  for (let position = nodes.length - 1; position >= 0; position -= 1)
    for (const dependency of nodes[position]!.dependencies)
      dependents[dependency]![(counts[dependency]! -= 1)] = position;
  return dependents;
}

/** What a node that only observes looks at: the siblings that it names, else all that do not observe and do not wait for it. */
export function watchedBy(
  position: number,
  dependents: readonly (readonly number[])[],
  siblings: readonly AnalyzedNode[],
): readonly number[] {
  const { watches: named, type } = siblings[position]!;
  if (!type.definition.observes) return none;
  if (named.length > 0) return named;
  const behind = new Set([position]);
  for (const one of behind) for (const dependent of dependents[one]!) behind.add(dependent);
  return [...siblings.keys()].filter((other) => !behind.has(other) && !siblings[other]!.type.definition.observes);
}
