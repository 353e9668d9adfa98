/** A graph to run. Nodes are numbers; their bodies are passed separately. */
export interface Graph {
  readonly name: string;
  /** Per node, its dependencies, all with lower numbers. */
  readonly dependencies: readonly (readonly number[])[];
}

/** A graph whose nodes take time. */
export interface TimedGraph extends Graph {
  /** Per node, in milliseconds. */
  readonly durationsMs: readonly number[];
}

/** The body of a node, the same for every engine. */
export type Body = (node: number) => Promise<object>;

/** Per node, the nodes that wait for it. */
export function dependentsOf({ dependencies }: Graph): readonly (readonly number[])[] {
  const dependents: number[][] = dependencies.map(() => []);
  for (const [node, before] of dependencies.entries())
    for (const dependency of before) dependents[dependency]!.push(node);
  return dependents;
}

/** Nodes by the length of the longest path to them, for engines without graphs, which run level by level. */
export function levelsOf({ dependencies }: Graph): readonly (readonly number[])[] {
  const depths: number[] = [];
  const levels: number[][] = [];
  for (const [node, before] of dependencies.entries()) {
    const depth = before.reduce((deepest, dependency) => Math.max(deepest, depths[dependency]! + 1), 0);
    depths.push(depth);
    (levels[depth] ??= []).push(node);
  }
  return levels;
}
