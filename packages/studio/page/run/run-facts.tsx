import type { ReactNode } from "react";
import type { RunDocument } from "../api/types.ts";
import { formatCost, formatCount, formatDuration, formatMoment } from "../format/format.ts";
import { countStates, type NodeState } from "../state/node-state.ts";
import { waitedMs, type RunView } from "../state/run-reducer.ts";

interface RunFactsProps {
  readonly document: RunDocument;
  readonly run: RunView;
  /** The end, or now. */
  readonly to: number;
  /** Of the blueprint, if it is known. */
  readonly hash: string | undefined;
  /** Shows what the cost is made of. */
  readonly onCost: () => void;
}

/** The row of facts. Time in which a run only waited for people is shown by itself. */
export function RunFacts({ document, run, to, hash, onCost }: RunFactsProps): ReactNode {
  const counts = countStates([...run.nodes.values()].map(({ state }) => state));
  const waited = Math.max(0, ...[...run.nodes.values()].map((node) => waitedMs(node, to)));
  const all = Math.max(0, to - document.startedAt);
  const { usage } = document;
  return (
    <dl className="facts">
      <Fact name="Started">
        <strong>{formatMoment(document.startedAt, Date.now())}</strong>
      </Fact>
      <Fact name="Duration">
        <strong>{formatDuration(Math.max(0, all - waited))}</strong>
        {waited > 0 && <span className="quiet"> + {formatDuration(waited)} waiting</span>}
      </Fact>
      <Fact name="Nodes">
        <strong>{formatCount(run.nodes.size)}</strong>
        {order.map((state) =>
          (counts[state] ?? 0) === 0 ? null : (
            <span key={state} className={state === "failed" ? "bad" : "quiet"}>
              {" · "}
              {formatCount(counts[state]!)} {state === "completed" ? "ok" : state}
            </span>
          ),
        )}
      </Fact>
      {usage !== undefined && (
        <>
          <Fact name="Tool calls">{formatCount(usage.toolCalls)}</Fact>
          <Fact name="Tokens">{formatCount(usage.totalTokens)}</Fact>
          <Fact name="Cost">
            {usage.llmCalls === 0 ? (
              formatCost(usage.costUsd)
            ) : (
              <button type="button" className="fact-button" title="By node" onClick={onCost}>
                {formatCost(usage.costUsd)}
              </button>
            )}
          </Fact>
        </>
      )}
      {document.workflow !== undefined && (
        <Fact name="Blueprint">
          {document.workflow.version} {hash !== undefined && <code className="quiet">{hash.slice(0, 7)}</code>}
        </Fact>
      )}
    </dl>
  );
}

const order: readonly NodeState[] = ["completed", "running", "waiting", "retrying", "skipped", "cancelled", "failed"];

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
