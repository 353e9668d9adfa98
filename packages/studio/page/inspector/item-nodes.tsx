import type { ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { formatDuration } from "../format/format.ts";
import { useNow } from "../live/use-now.ts";
import { lastedMs } from "../state/spans.ts";
import type { NodeContext } from "./node-context.ts";

interface ItemNodesProps extends Pick<NodeContext, "run" | "onSelect"> {
  /** Of the loop. */
  readonly path: string;
  readonly item: number;
}

/** An item may contain a whole sub-workflow. */
const maxRows = 100;

/** What has run of an item of a loop. */
export function ItemNodes({ run, path, item, onSelect }: ItemNodesProps): ReactNode {
  const prefix = `${path}[${item}].`;
  const nodes = [...run.view.nodes.values()].filter((node) => node.path.startsWith(prefix));
  const now = useNow(nodes.some(({ state }) => state === "running"));
  if (nodes.length === 0) return <p className="quiet">Nothing of item {item} has ended or waits.</p>;
  return (
    <div className="stack">
      <h3>Item {item}</h3>
      <table className="table">
        <thead>
          <tr>
            <th>Node</th>
            <th>State</th>
            <th className="number">Duration</th>
          </tr>
        </thead>
        <tbody>
          {nodes.slice(0, maxRows).map((node) => {
            const ms = lastedMs(node, now);
            return (
              <tr key={node.path}>
                <td>
                  <button type="button" className="button plain" onClick={() => onSelect(node.path)}>
                    {node.path.slice(prefix.length)}
                  </button>
                </td>
                <td>
                  <StateChip state={node.state} />
                </td>
                <td className="number">{ms === undefined ? "" : formatDuration(ms)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {nodes.length > maxRows && <p className="quiet">and {nodes.length - maxRows} more</p>}
    </div>
  );
}
