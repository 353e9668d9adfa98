import type { ReactNode } from "react";
import type { Usage } from "../api/types.ts";
import { Notice } from "../controls/controls.tsx";
import { formatCost, formatCount } from "../format/format.ts";
import { sumOf } from "../state/spent.ts";
import type { NodeContext } from "./node-context.ts";
import { useNodeRecords } from "./use-node-records.ts";

interface UsageFactsProps {
  readonly usage: Partial<Usage> | undefined;
  /** What it is the usage of, if not of the node itself. */
  readonly title?: string;
}

/** Tokens, cost and calls of a node, or of those in it, as far as there are any. */
export function UsageFacts({ usage, title }: UsageFactsProps): ReactNode {
  if (usage === undefined) return null;
  const { inputTokens = 0, outputTokens = 0, costUsd = 0, llmCalls = 0, toolCalls = 0, fuel = 0 } = usage;
  const facts: (readonly [string, string])[] = [];
  if (llmCalls > 0) {
    facts.push(["Tokens in", formatCount(inputTokens)], ["Tokens out", formatCount(outputTokens)]);
    facts.push(["Cost", formatCost(costUsd)], ["Requests", formatCount(llmCalls)]);
  }
  if (toolCalls > 0 && (llmCalls > 0 || toolCalls > 1)) facts.push(["Tool calls", formatCount(toolCalls)]);
  if (fuel > 0) facts.push(["Fuel", formatCount(fuel)]);
  if (facts.length === 0) return null;
  return (
    <dl className="usage" aria-label={title} title={title}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The same of all nodes in a container together. */
export function UsageWithin({ context, path }: { readonly context: NodeContext; readonly path: string }): ReactNode {
  const { value, error, reload } = useNodeRecords(context.runId, context.run, path);
  if (error !== undefined) return <Notice error={error} onRetry={reload} />;
  if (value === undefined) return null;
  return (
    <>
      <UsageFacts usage={sumOf(value.nodes.map(({ usage = {} }) => usage))} />
      {value.isPartial && <p className="meta">Of the first {formatCount(value.nodes.length)} nodes.</p>}
    </>
  );
}
