import type { ScopeActivation } from "./scope-activation.ts";

/** Whether an earlier process has begun with a group of a scope, in its current attempt. */
export const hasBegun = (activation: ScopeActivation, group: string): boolean => {
  const { history } = activation.run;
  return pathsIn(activation, group).some(
    (path) => history?.nodes.has(path) === true || history?.attemptState(path) !== undefined,
  );
};

/** Whether an earlier process has ended a group of a scope, in its current attempt. */
export const hasEnded = (activation: ScopeActivation, group: string): boolean =>
  pathsIn(activation, group).every((path) => activation.run.history?.nodes.has(path) === true);

const pathsIn = ({ node, path }: ScopeActivation, group: string): readonly string[] =>
  node.children.get(group)!.nodes.map(({ id }) => `${path}.${id}`);
