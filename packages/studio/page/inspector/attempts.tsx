import type { ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { formatDuration, formatExactTime } from "../format/format.ts";
import type { NodeView } from "../state/run-reducer.ts";

/** The attempts of a node, with the times of waiting between them. */
export function Attempts({ view, now }: { readonly view: NodeView; readonly now: number }): ReactNode {
  if (view.spans.length === 0) return null;
  let attempt = 0;
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
          {view.spans.map(({ kind, state, start, end }) => (
            <tr key={`${kind} ${start}`}>
              <td>{kind === "attempt" ? ++attempt : ""}</td>
              <td>
                <StateChip state={kind === "waiting" ? "waiting" : state} />
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
