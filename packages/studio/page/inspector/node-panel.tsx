import { useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { NodeDetail } from "../api/types.ts";
import { Empty, Notice, StateChip } from "../controls/controls.tsx";
import { CopyPath } from "../controls/copy-path.tsx";
import { Icon } from "../controls/icons.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { formatDuration } from "../format/format.ts";
import { useLoad } from "../live/use-load.ts";
import { afterFailure, kindText, loopWords, maxAttempts } from "../state/node-configs.ts";
import { graphPathOf, idOf, itemsAround, partsOf } from "../state/node-path.ts";
import { activeMs, type NodeView } from "../state/run-reducer.ts";
import { Attempts } from "./attempts.tsx";
import { ErrorBox } from "./error-box.tsx";
import { Logs } from "./logs.tsx";
import type { NodeContext } from "./node-context.ts";
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
}

const tabs = ["Overview", "Attempts", "Logs", "Raw"] as const;

/** A node of a run. */
export function NodePanel({ context, path, type, view, now, others, why }: NodePanelProps): ReactNode {
  const [tab, setTab] = useState<(typeof tabs)[number]>("Overview");
  const { runId } = context;
  const state = view?.state ?? "pending";
  const address = `/v1/runs/${encodeURIComponent(runId)}/nodes/${encodeURIComponent(path)}`;
  const key = view === undefined ? undefined : `${address} ${state} ${view.attempt}`;
  // The steps of an agent are recorded while it runs.
  const isTalking = state === "running" && (type === "agent" || type === "swarm");
  const loaded = useLoad(key, (signal) => read<NodeDetail>(address, { signal }), isTalking ? 2000 : undefined);
  const { value: detail, error, reload } = loaded;
  return (
    <>
      <NodeHead context={context} path={path} type={type} view={view} now={now} />
      <Tabs tabs={tabs} selected={tab} onSelect={setTab} label="Parts of the node" />
      <div className="inspector-body" tabIndex={0} role="group" aria-label={tab}>
        {error !== undefined && <Notice error={error} onRetry={reload} />}
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

type NodeHeadProps = Pick<NodePanelProps, "context" | "path" | "type" | "view" | "now">;

function NodeHead({ context, path, type, view, now }: NodeHeadProps): ReactNode {
  const state = view?.state ?? "pending";
  return (
    <div className="inspector-head">
      <div className="path">
        {partsOf(path).map((part, index, all) => (
          // oxlint-disable-next-line react/no-array-index-key -- the same part may stand in a path twice
          <span key={index} className="path">
            {index > 0 && <Icon name="chevron" />}
            <span className={part.startsWith("[") ? "mono" : ""}>{part}</span>
            {index === all.length - 1 && <span className="visually-hidden">selected</span>}
          </span>
        ))}
        <CopyPath path={path} />
      </div>
      <div className="title">
        <h2>{idOf(path)}</h2>
        <StateChip state={state} pill />
      </div>
      <p className="meta">{factsOf({ context, path, type, view, now }).join(" · ")}</p>
    </div>
  );
}

/** `tool price_item`, `attempt 1 of 1`, `2 ms`, and what comes after its failure. */
function factsOf({ context: { configs }, path, type, view, now }: NodeHeadProps): string[] {
  const config = configs.get(graphPathOf(path));
  const ms = view === undefined ? undefined : activeMs(view, now);
  const most = maxAttempts(config);
  const nearest = itemsAround(path).at(-1);
  const loop = nearest === undefined ? undefined : configs.get(graphPathOf(nearest.loop));
  return [
    kindText(type, config),
    ...(type === "loop" ? loopWords(config) : []),
    view === undefined || view.attempt === 0
      ? ""
      : `attempt ${view.attempt}${most === undefined ? "" : ` of ${Math.max(most, view.attempt)}`}`,
    ms === undefined ? "" : formatDuration(ms),
    view?.state === "failed" ? afterFailure(config, loop) : "",
  ].filter((fact) => fact !== "");
}

/** Nothing is selected. */
export const NothingSelected = (): ReactNode => (
  <Empty title="Select a node">
    <p>Click a card, or walk with the arrow keys.</p>
    <p>
      <kbd>F</kbd> goes to the next failure.
    </p>
    <Icon name="workflows" />
  </Empty>
);
