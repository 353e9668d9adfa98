import type { ReactNode } from "react";
import type { FailedAttempt } from "../api/types.ts";
import { StateChip } from "../controls/controls.tsx";
import { formatDuration, formatExactTime } from "../format/format.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { attemptsOf } from "../state/spans.ts";

/** The attempts of a node. What an attempt has waited is a part of it. */
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
          {attemptsOf(view).map(({ number, state, start, end }) => (
            <tr key={`${number} ${start}`} title={codes.get(number)}>
              <td>{number}</td>
              <td>
                <StateChip state={state} />
              </td>
              <td>{formatExactTime(start)}</td>
              <td className="number">{formatDuration((end ?? now) - start)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
