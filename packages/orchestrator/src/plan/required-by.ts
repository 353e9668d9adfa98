import type { AnalyzedNode } from "@ice/core/internal";

/** What a node requires, with what is required around it: sorted, without repetitions. */
export function requiredBy({ node, type }: AnalyzedNode, around: readonly string[]): readonly string[] {
  if (node.requires === undefined || !("requires" in type.definition.base.shape)) return around;
  return [...new Set([...around, ...node.requires])].toSorted();
}
