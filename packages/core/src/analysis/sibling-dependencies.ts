import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import { containerOf, type Visible } from "./check-reference.ts";
import type { DraftNode, DraftScope } from "./draft-node.ts";
import { once, type Finding, type IssueList } from "./issue-list.ts";
import type { Terms } from "./terms.ts";

/** A list of nodes with the position of each, and the names visible there. */
export interface Siblings {
  readonly scope: DraftScope;
  readonly positions: ReadonlyMap<string, number>;
  readonly visible: Visible;
  readonly terms: Terms;
}

const none: readonly number[] = [];

/**
 * Positions of the siblings that a node waits for: those that it declares and those that its expressions read, each once, ascending.
 *
 * @param read - ids that are read, including ids of other nodes than siblings.
 */
export function dependenciesOf(
  draft: DraftNode,
  read: Iterable<string>,
  siblings: Siblings,
  issues: IssueList,
): readonly number[] {
  const found = new Set<number>();
  const { dependencies } = draft.node;
  for (let index = 0; index < dependencies.length; index += 1) {
    const id = dependencies[index]!;
    const position = siblings.positions.get(id);
    if (id === draft.id || position === undefined) reportDependency(draft, index, siblings, issues);
    else found.add(position);
  }
  for (const id of read) {
    const position = siblings.positions.get(id);
    if (position !== undefined) found.add(position);
  }
  return found.size === 0 ? none : ascending([...found]);
}

const ascending = (positions: readonly number[]): readonly number[] =>
  positions.every((position, index) => index === 0 || position > positions[index - 1]!)
    ? positions
    : positions.toSorted((a, b) => a - b);

function reportDependency(draft: DraftNode, index: number, siblings: Siblings, issues: IssueList): void {
  const id = draft.node.dependencies[index]!;
  const at = `${draft.pointer}/${siblings.terms.dependencies}/${index}`;
  if (id === draft.id)
    issues.add(at, {
      code: "ICE_DEPENDENCY_SELF",
      nodeId: id,
      message: `node "${shorten(id)}" depends on itself`,
      fix: "remove the dependency",
    });
  else if (!siblings.scope.ids.has(id))
    issues.add(at, {
      code: "ICE_DEPENDENCY_UNKNOWN",
      nodeId: draft.id,
      ...unknownSibling("depends on", draft.id, id, siblings),
    });
}

/** The nodes that it observes end before it does, so a node that waits for it cannot be among them. */
export function watchedSiblings(
  { node, type, id: nodeId, pointer }: DraftNode,
  siblings: Siblings,
  issues: IssueList,
): readonly number[] {
  const named = type.definition.uses?.(node).siblings;
  if (named === undefined) return none;
  const found: number[] = [];
  for (const { id, keys } of named) {
    const position = siblings.positions.get(id);
    if (position !== undefined) found.push(position);
    else if (!siblings.scope.ids.has(id))
      issues.at(pointer, keys, {
        code: "ICE_DEPENDENCY_UNKNOWN",
        nodeId,
        ...unknownSibling("watches", nodeId, id, siblings),
      });
  }
  return found;
}

function unknownSibling(
  verb: "depends on" | "watches",
  nodeId: string,
  id: string,
  { scope, visible }: Siblings,
): Pick<Finding, "message" | "fix"> {
  const container = once(() => containerOf(id, visible));
  const says = `node "${shorten(nodeId)}" ${verb} "${shorten(id)}", which`;
  return {
    message: () =>
      container() === undefined ? `${says} is not a sibling of it` : `${says} runs inside "${container()}"`,
    fix: () => {
      if (container() === undefined)
        return didYouMean(id, scope.ids.keys()) || `name a sibling, or add a node with id "${shorten(id)}"`;
      return verb === "watches" ? `watch "${container()}"` : `depend on "${container()}", and read its output`;
    },
  };
}
