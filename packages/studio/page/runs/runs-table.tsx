import { useEffect, useRef, type ReactNode } from "react";
import type { RunSummary } from "../api/types.ts";
import { StateChip } from "../controls/controls.tsx";
import { formatDuration, formatMoment, shortId } from "../format/format.ts";
import { useNow } from "../live/use-now.ts";
import { go, Link, runAddress } from "../router/router.tsx";
import { runState } from "../state/node-state.ts";

/** One sentence about a run. */
function nowText(run: RunSummary, now: number): string {
  const { status, resumeAt, startedBy } = run;
  if (status === "suspended")
    return resumeAt === undefined
      ? "Waits for an answer or a signal"
      : `Waits, at the latest until ${formatMoment(resumeAt, now)}`;
  if (status === "interrupted") return "Its process is gone; the server continues it when it can";
  if (status === "running") return `Runs, last step ${formatDuration(Math.max(0, now - run.updatedAt))} ago`;
  if (startedBy !== undefined) return `Started by ${startedBy.path} of ${shortId(startedBy.runId)}`;
  return run.createdBy === undefined ? "" : `Started by ${run.createdBy}`;
}

export function RunsTable({
  runs,
  selected,
}: {
  readonly runs: readonly RunSummary[];
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
          <th className="number">Duration</th>
          <th>Started</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {runs.map((run, index) => {
          const { state, word } = runState(run.status);
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
                <span className="quiet">{run.version}</span>
              </td>
              <td>
                <code title={run.runId}>{shortId(run.runId)}</code>
              </td>
              <td className="now">{nowText(run, now)}</td>
              <td className="number">{formatDuration((run.endedAt ?? now) - run.startedAt)}</td>
              <td>{formatMoment(run.startedAt, now)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
