import type { NodeDefinition } from "@ice/core";

/** A list of siblings in progress, as far as what is around it matters. */
interface Siblings {
  /** The container; undefined at the top of a workflow. */
  readonly parent: Container | undefined;
  /** Whether its nodes clean up: they run although something around is being stopped. */
  readonly isCleanup: boolean;
  readonly frame: {
    /** The node that runs the workflow as a sub-workflow. */
    readonly parent: Container | undefined;
    readonly isCancelling: boolean;
    readonly run: { readonly hasStopped: boolean };
  };
}

/** A node with children in progress. */
interface Container {
  readonly path: string;
  readonly attempt: number;
  readonly isClosing: boolean;
  readonly node: { readonly definition: Pick<NodeDefinition, "compensates"> };
  readonly scope: Siblings;
}

/** Whether nothing new starts, because something around is being stopped. What cleans up does. */
export function isCancelling({ frame, parent, isCleanup }: Siblings): boolean {
  if (!frame.run.hasStopped || isCleanup) return false;
  return parent === undefined ? frame.isCancelling : parent.isClosing || isCancelling(parent.scope);
}

/** Whether the nodes clean up, so that no budget refuses them. */
export function cleansUp({ frame, parent = frame.parent, isCleanup }: Siblings): boolean {
  return isCleanup || (parent !== undefined && cleansUp(parent.scope));
}

/** Attempts of scopes around that repeat the effects: what was compensated for is a new effect. */
export function repeatsAround(siblings: Siblings): readonly string[] {
  return attemptsAround(siblings, ({ node }) => node.definition.compensates);
}

/** Attempts of the containers around, the outermost first, but for first ones. */
export function attemptsAround(
  { frame, parent = frame.parent }: Siblings,
  counts: (container: Container) => boolean = () => true,
): readonly string[] {
  if (parent === undefined) return [];
  const { attempt, path, scope } = parent;
  const outer = attemptsAround(scope, counts);
  return attempt > 1 && counts(parent) ? [...outer, `${path}#${attempt}`] : outer;
}
