import type { Analysis } from "./analysis.ts";
import type { AnalyzedNode } from "./analyzed-blueprint.ts";
import type { DraftNode } from "./draft-node.ts";
import { findCycle } from "./graph.ts";
import type { IssueList } from "./issue-list.ts";
import type { Terms } from "./terms.ts";

/** Reports nodes that depend on each other: the shortest such cycle, abbreviated if it is long. */
export function reportCycle(
  drafts: readonly DraftNode[],
  nodes: readonly AnalyzedNode[],
  { analysis, issues, terms }: { readonly analysis: Analysis; readonly issues: IssueList; readonly terms: Terms },
): void {
  const cycle = findCycle(
    nodes.map(({ dependencies, watches }) => (watches.length === 0 ? dependencies : [...dependencies, ...watches])),
  );
  if (cycle === undefined) return;
  const ids = cycle.map((position) => drafts[position]!.id);
  const more = `… (${ids.length - 10} more) …`;
  const shown = ids.length > 20 ? [...ids.slice(0, 5), more, ...ids.slice(-5)] : ids;
  issues.add(drafts[cycle[0]!]!.pointer, {
    code: "ICE_GRAPH_CYCLE",
    nodeId: ids[0]!,
    message: `these ${terms.nodes} wait for each other: ${[...shown, ids[0]].join(" → ")}`,
    fix: terms.backEdges
      ? `remove one of the dependencies${wayToLoop(analysis)}`
      : `remove one of the entries of \`${terms.dependencies}\``,
  });
}

/** The fix that declares a back edge: with the first type that has a field for it. */
function wayToLoop({ context }: Analysis): string {
  for (const [type, { definition }] of context.runtime.nodes.entries())
    for (const [field, { syntax }] of Object.entries(definition.fields === "templates" ? {} : definition.fields))
      if (syntax === "backEdges") return `, or let a ${type} node declare the back edge (${field})`;
  return "";
}
