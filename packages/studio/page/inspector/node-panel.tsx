import { useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { NodeDetail } from "../api/types.ts";
import { Notice } from "../controls/controls.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { useLoad } from "../live/use-load.ts";
import { idOf } from "../state/node-path.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { isKnown } from "../state/spans.ts";
import { Attempts } from "./attempts.tsx";
import { ErrorBox } from "./error-box.tsx";
import { Logs } from "./logs.tsx";
import type { NodeContext } from "./node-context.ts";
import { NodeHead } from "./node-head.tsx";
import { NodeOverview } from "./node-overview.tsx";

interface NodePanelProps {
  readonly context: NodeContext;
  readonly path: string;
  readonly type: string;
  readonly view: NodeView | undefined;
  readonly now: number;
  /** Failed nodes in other items of the same loop. */
  readonly others: readonly string[];
  readonly why: string | undefined;
  /** Of a loop: the tab that comes first, and how many items have ended. */
  readonly items?: { readonly word: string; readonly tab: ReactNode };
}

type Tab = "Items" | "Overview" | "Attempts" | "Logs" | "Raw";

const ownTabs: readonly Tab[] = ["Overview", "Attempts", "Logs", "Raw"];

/** A node of a run. */
export function NodePanel({ context, path, type, view, now, others, why, items }: NodePanelProps): ReactNode {
  const [tab, setTab] = useState<Tab>(items === undefined ? "Overview" : "Items");
  const { runId } = context;
  const state = view?.state ?? "pending";
  const address = `/v1/runs/${encodeURIComponent(runId)}/nodes/${encodeURIComponent(path)}`;
  const key = view === undefined || !isKnown(view) ? undefined : `${address} ${state} ${view.attempt}`;
  // The steps of an agent are recorded while it runs.
  const isTalking = state === "running" && (type === "agent" || type === "swarm");
  const loaded = useLoad(key, (signal) => read<NodeDetail>(address, { signal }), isTalking ? 2000 : undefined);
  const { value: detail, error, reload } = loaded;
  return (
    <>
      <NodeHead context={context} path={path} type={type} view={view} now={now} word={items?.word} />
      <Tabs
        tabs={items === undefined ? ownTabs : ["Items", ...ownTabs]}
        selected={tab}
        onSelect={setTab}
        label="Parts of the node"
      />
      <div className="inspector-body" tabIndex={0} role="group" aria-label={tab}>
        {error !== undefined && <Notice error={error} onRetry={reload} />}
        {tab === "Items" && items?.tab}
        {tab === "Overview" && (
          <NodeOverview
            context={context}
            path={path}
            type={type}
            view={view}
            detail={detail}
            now={now}
            others={others}
            why={why}
          />
        )}
        {tab === "Attempts" && view !== undefined && (
          <>
            <Attempts view={view} now={now} failed={detail?.attemptLog} />
            {(detail?.attemptLog ?? []).map(({ attempt, error: failure }) => (
              <div key={attempt} className="stack">
                <h3>Attempt {attempt}</h3>
                <ErrorBox error={failure} at={path} />
              </div>
            ))}
          </>
        )}
        {tab === "Logs" && <Logs run={context.run} path={path} />}
        {tab === "Raw" && detail !== undefined && (
          <JsonText value={JSON.parse(JSON.stringify(detail))} name={idOf(path)} />
        )}
      </div>
    </>
  );
}
