/** A graph to run. Nodes are numbers; what each of them does is given apart. */
export interface Graph {
  readonly name: string;
  /** Per node, the nodes it waits for: all of them come before it. */
  readonly dependencies: readonly (readonly number[])[];
}

/** A graph whose nodes take time. */
export interface TimedGraph extends Graph {
  /** Per node, in milliseconds. */
  readonly durationsMs: readonly number[];
}

/** What a node does. Every engine gets the same one. */
export type Body = (node: number) => Promise<object>;

/** Per node, the nodes that wait for it. */
export function dependentsOf({ dependencies }: Graph): readonly (readonly number[])[] {
  const dependents: number[][] = dependencies.map(() => []);
  for (const [node, before] of dependencies.entries())
    for (const dependency of before) dependents[dependency]!.push(node);
  return dependents;
}

/** Nodes by the length of the longest way to them: how an engine without graphs can run one, level by level. */
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
