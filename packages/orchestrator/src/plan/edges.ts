import type { AnalyzedNode } from "@ice/core/internal";

const none: number[] = [];

/** Per position: the positions of its dependents. Counted first, because growing lists take more memory. */
export function dependentsOf(nodes: readonly AnalyzedNode[]): readonly (readonly number[])[] {
  const counts = new Int32Array(nodes.length);
  for (const { dependencies } of nodes) for (const dependency of dependencies) counts[dependency]! += 1;
  const dependents = Array.from(counts, (count) => (count === 0 ? none : new Array<number>(count)));
  for (let position = nodes.length - 1; position >= 0; position -= 1)
    for (const dependency of nodes[position]!.dependencies)
      dependents[dependency]![(counts[dependency]! -= 1)] = position;
  return dependents;
}

/**
 * The nodes that an observing node observes: the siblings in its expressions, or else all that do not observe and do not depend
 * on it.
 */
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
