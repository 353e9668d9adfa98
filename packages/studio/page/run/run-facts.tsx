import { useMemo, type ReactNode } from "react";
import type { RunDocument } from "../api/types.ts";
import { formatCost, formatCount, formatDuration, formatMoment, versionText } from "../format/format.ts";
import { stateWord } from "../state/node-state.ts";
import { waitedMs } from "../state/busy-time.ts";
import type { RunView } from "../state/run-reducer.ts";

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
  const counts = useMemo(() => countWords(run), [run]);
  const waited = useMemo(() => waitedMs(run, to), [run, to]);
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
        {order
          .filter((word) => counts.has(word))
          .map((word) => (
            <span key={word} className={word === "failed" ? "bad" : "quiet"}>
              {" · "}
              {formatCount(counts.get(word)!)} {word === "completed" ? "ok" : word}
            </span>
          ))}
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
          {versionText(document.workflow.version)}{" "}
          {hash !== undefined && <code className="quiet">{hash.slice(0, 7)}</code>}
        </Fact>
      )}
    </dl>
  );
}

const order = ["completed", "running", "waiting", "retrying", "skipped", "cancelled", "failed"];

/** How many nodes there are of each state, by its word. */
function countWords({ nodes }: RunView): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of nodes.values()) counts.set(stateWord(state), (counts.get(stateWord(state)) ?? 0) + 1);
  return counts;
}

const Fact = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
