import type { ReactNode } from "react";
import { StateChip } from "../controls/controls.tsx";
import { graphPathOf } from "../state/node-path.ts";
import type { NodeContext } from "./node-context.ts";

/** What a scope does when its body has ended: `catch`, compensations, `finally`, with the states of their nodes. */
export function ScopeCleanup({ run, path, onSelect }: NodeContext & { readonly path: string }): ReactNode {
  const own = graphPathOf(path);
  const nodes = (run.graph.value ?? []).filter(({ parent, group }) => parent === own && group !== "body");
  const groups = Map.groupBy(nodes, ({ group = "", groupLabel = group }) => groupLabel);
  if (groups.size === 0) return null;
  return (
    <div className="stack">
      <h3>Cleanup</h3>
      <table className="table">
        <tbody>
          {[...groups].flatMap(([label, members]) =>
            members.map((node, index) => {
              const at = path + node.path.slice(own.length);
              const state = run.view.nodes.get(at)?.state ?? "pending";
              return (
                <tr key={node.path}>
                  <td className="quiet">{index === 0 ? label : ""}</td>
                  <td>
                    <button type="button" className="button plain" onClick={() => onSelect(at)}>
                      {node.id}
                    </button>
                  </td>
                  <td>
                    <StateChip state={state} word={state === "pending" ? "did not run" : state} />
                  </td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </div>
  );
}
