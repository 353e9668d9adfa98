import type { ReactNode } from "react";
import type { FailedAttempt } from "../api/types.ts";
import { StateChip } from "../controls/controls.tsx";
import { formatDuration, formatExactTime } from "../format/format.ts";
import type { NodeView } from "../state/run-reducer.ts";

/** The attempts of a node, with the times of waiting between them. */
export function Attempts({
  view,
  now,
  failed = [],
}: {
  readonly view: NodeView;
  readonly now: number;
  readonly failed?: readonly FailedAttempt[] | undefined;
}): ReactNode {
  if (view.spans.length === 0) return null;
  let attempt = 0;
  const codes = new Map(failed.map(({ attempt: number, error }) => [number, error.code]));
  if (view.error !== undefined) codes.set(view.attempt, view.error.code);
  return (
    <div className="stack">
      <h3>Attempts</h3>
      <table className="table">
        <thead>
          <tr>
            <th>#</th>
            <th>State</th>
            <th>Started</th>
            <th className="number">Duration</th>
          </tr>
        </thead>
        <tbody>
          {view.spans.map(({ kind, state, start, end }) => {
            const number = kind === "attempt" ? ++attempt : undefined;
            return (
              <tr key={`${kind} ${start}`} title={number === undefined ? undefined : codes.get(number)}>
                <td>{number}</td>
                <td>
                  <StateChip state={kind === "waiting" ? "waiting" : state} />
                </td>
                <td>{formatExactTime(start)}</td>
                <td className="number">{formatDuration((end ?? now) - start)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
