import type { NodeType } from "../nodes/node-executor.ts";
import type { Analysis } from "./analysis.ts";
import type { IssueList } from "./issue-list.ts";
import type { Terms } from "./terms.ts";

export interface DraftContext {
  readonly analysis: Analysis;
  readonly issues: IssueList;
  /** The terms of the document for its nodes. */
  readonly terms: Terms;
  readonly base: string | undefined;
  /** Whether `settings.budget` limits the cost. */
  readonly costIsBounded: boolean;
  /** Types that take precedence over the registered ones. */
  readonly ownTypes: ReadonlyMap<string, NodeType> | undefined;
}
