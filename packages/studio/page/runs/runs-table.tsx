import { useEffect, useRef, type ReactNode } from "react";
import type { RunSummary } from "../api/types.ts";
import { StateChip } from "../controls/controls.tsx";
import { formatCount, formatDuration, formatMoment, shortId, versionText } from "../format/format.ts";
import { useNow } from "../live/use-now.ts";
import { go, Link, runAddress } from "../router/router.tsx";
import { askedBy, type Asked } from "../state/asked.ts";
import { runState } from "../state/node-state.ts";
import { nowText } from "./now-text.ts";

export function RunsTable({
  runs,
  asked,
  selected,
}: {
  readonly runs: readonly RunSummary[];
  /** What runs ask people, by their ids. */
  readonly asked: Asked;
  readonly selected: number;
}): ReactNode {
  const now = useNow(runs.some(({ endedAt }) => endedAt === undefined));
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    // In newer browsers it returns a promise, which is no function that ends an effect.
    body.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    <table className="table">
      <thead>
        <tr>
          <th>State</th>
          <th>Workflow</th>
          <th>Run</th>
          <th>Now</th>
          <th className="number">Nodes</th>
          <th className="number">Duration</th>
          <th>Started</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {runs.map((run, index) => {
          const task = run.endedAt === undefined ? askedBy(run, asked) : undefined;
          const { state, word } = runState(run.status, task !== undefined);
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the row has a link, and keys of its own
            <tr key={run.runId} aria-selected={index === selected} onClick={() => go(runAddress(run.runId))}>
              <td>
                <StateChip state={state} word={word} />
              </td>
              <td>
                <Link className="main-link" href={runAddress(run.runId)} onClick={(event) => event.stopPropagation()}>
                  {run.workflow}
                </Link>{" "}
                <span className="quiet">{versionText(run.version)}</span>
              </td>
              <td>
                <code title={run.runId}>{shortId(run.runId)}</code>
              </td>
              <td className="now" title={nowText(run, now, task)}>
                {nowText(run, now, task)}
              </td>
              <td className="number">{run.nodes === undefined ? "" : formatCount(run.nodes)}</td>
              <td className="number">{formatDuration((run.endedAt ?? now) - run.startedAt)}</td>
              <td>{formatMoment(run.startedAt, now)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
