import type { ReactNode } from "react";
import type { LiveEvent } from "../api/types.ts";
import { Empty } from "../controls/controls.tsx";
import { formatExactTime } from "../format/format.ts";
import type { NodeContext } from "./node-context.ts";

const maxLogs = 500;

/** What a node has reported, in the order of time: what is recorded, and what came while the page was open. */
export function Logs({ run, path }: Pick<NodeContext, "run"> & { readonly path: string }): ReactNode {
  const recorded: readonly LiveEvent[] = run.view.events.filter((event) => event.path === path);
  const live = run.live.get(path)?.events ?? [];
  const all = [...recorded, ...live].toSorted((one, other) => one.at - other.at).slice(-maxLogs);
  if (all.length === 0) return <Empty title="Nothing is logged of this node" />;
  return (
    <>
      <ol className="logs">
        {all.map((event, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- live events have no id
          <li key={index}>
            <span className="mono quiet">{formatExactTime(event.at)}</span>
            <span>{event.type}</span>
            {Object.keys(event.data).length > 0 && (
              <code className="quiet">{JSON.stringify(event.data).slice(0, 600)}</code>
            )}
          </li>
        ))}
      </ol>
      <p className="meta">Progress and calls are shown as they happen; they are not recorded.</p>
    </>
  );
}
