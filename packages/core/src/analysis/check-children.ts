import { shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";
import { canCleanUp } from "../nodes/define-node.ts";
import { tooManyRequired } from "../nodes/requirements.ts";
import type { DraftNode } from "./draft-node.ts";
import type { IssueList } from "./issue-list.ts";

/** Reports ids of its children that a node names and does not have. */
export function checkChildren(
  { node, type, pointer, groups }: Pick<DraftNode, "node" | "type" | "pointer" | "groups">,
  issues: IssueList,
): void {
  for (const { id, group, keys } of type.definition.uses?.(node).children ?? []) {
    const { ids } = groups.get(group)!;
    if (ids.has(id)) continue;
    issues.at(pointer, keys, {
      code: "ICE_DEPENDENCY_UNKNOWN",
      nodeId: node.id,
      message: `there is no node "${shorten(id)}" in \`${group}\``,
      fix: () => didYouMean(id, ids.keys()) || `name a node of \`${group}\``,
    });
  }
}

/** Reports a node that cannot clean up: what has to end soon can neither wait for days nor end the workflow. */
export function checkCleanup(
  { node, type: { definition }, pointer }: Pick<DraftNode, "node" | "type" | "pointer">,
  issues: IssueList,
): void {
  if (canCleanUp(definition)) return;
  issues.add(`${pointer}/type`, {
    code: "ICE_BLUEPRINT_SCHEMA",
    nodeId: node.id,
    message: `a node of type "${node.type}" cannot clean up`,
    fix: "use nodes that end by themselves in `compensate` and `finally`",
  });
}

/** Reports a node that no worker takes. @param names - what it and what is around it require. */
export function checkRequires(
  { node, pointer }: Pick<DraftNode, "node" | "pointer">,
  names: readonly string[],
  issues: IssueList,
): void {
  const wrong = tooManyRequired(names);
  if (wrong !== undefined)
    issues.add(`${pointer}/requires`, { code: "ICE_BLUEPRINT_SCHEMA", nodeId: node.id, ...wrong });
}
