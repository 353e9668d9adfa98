import type { NodeDetail, Usage } from "../api/types.ts";
import { graphPathOf } from "./node-path.ts";

const fields = ["inputTokens", "outputTokens", "totalTokens", "costUsd", "llmCalls", "toolCalls"] as const;

type Sum = Pick<Usage, (typeof fields)[number]>;

/** What a node of the graph has used of models, in all items of the loops around it. */
export interface Spent {
  /** In the graph. */
  readonly path: string;
  /** In the run: the first of its nodes that has used something. */
  readonly first: string;
  /** Nodes of the run that have used something. */
  readonly count: number;
  readonly usage: Sum;
}

/** Nodes that have asked models, the most expensive first. */
export function spentByNode(records: readonly Pick<NodeDetail, "path" | "usage">[]): Spent[] {
  const asked = records.filter(({ usage }) => (usage?.llmCalls ?? 0) > 0);
  return [...Map.groupBy(asked, ({ path }) => graphPathOf(path))]
    .map(([path, nodes]) => ({
      path,
      first: nodes[0]!.path,
      count: nodes.length,
      usage: sumOf(nodes.map(({ usage = {} }) => usage)),
    }))
    .toSorted((one, other) => byCost(one.usage, other.usage));
}

const byCost = (one: Sum, other: Sum): number => other.costUsd - one.costUsd || other.totalTokens - one.totalTokens;

/** What several nodes have used together. */
export function sumOf(usages: readonly Partial<Sum>[]): Sum {
  const sum = { inputTokens: 0, outputTokens: 0, totalTokens: 0, costUsd: 0, llmCalls: 0, toolCalls: 0 };
  for (const usage of usages) for (const field of fields) sum[field] += usage[field] ?? 0;
  return sum;
}
