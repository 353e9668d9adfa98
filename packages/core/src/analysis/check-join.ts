import { shorten } from "../errors/shorten.ts";
import type { DraftNode } from "./draft-node.ts";
import type { IssueList } from "./issue-list.ts";

/** Warns about a join that can never be satisfied. A node without dependencies always runs. */
export function checkJoin({ id, node, pointer }: DraftNode, dependencies: number, issues: IssueList): void {
  if (typeof node.join !== "object" || dependencies === 0 || node.join.atLeast <= dependencies) return;
  issues.add(`${pointer}/join`, {
    code: "ICE_JOIN_IMPOSSIBLE",
    severity: "warning",
    nodeId: id,
    message: `node "${shorten(id)}" waits for ${node.join.atLeast} completed dependencies, but has ${dependencies}: it will never run`,
    fix: `lower atLeast to ${dependencies}, or add dependencies`,
  });
}
