import { useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { ErrorRecord, NodeDetail } from "../api/types.ts";
import { Empty, Notice, StateChip } from "../controls/controls.tsx";
import { CopyPath } from "../controls/copy-path.tsx";
import { Icon } from "../controls/icons.tsx";
import { JsonText } from "../controls/json-text.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { formatDuration, plural } from "../format/format.ts";
import { useLoad } from "../live/use-load.ts";
import { idOf, partsOf } from "../state/node-path.ts";
import { activeMs, type NodeView } from "../state/run-reducer.ts";
import { Attempts } from "./attempts.tsx";

interface NodePanelProps {
  readonly runId: string;
  readonly path: string;
  readonly type: string;
  readonly view: NodeView | undefined;
  readonly now: number;
  /** Failed nodes in other items of the same loop. */
  readonly others: readonly string[];
  readonly why: string | undefined;
  readonly onSelect: (path: string) => void;
}

const tabs = ["Overview", "Attempts", "Raw"] as const;

/** A node of a run: what failed first, then what went in and came out. */
export function NodePanel({ runId, path, type, view, now, others, why, onSelect }: NodePanelProps): ReactNode {
  const [tab, setTab] = useState<(typeof tabs)[number]>("Overview");
  const state = view?.state ?? "pending";
  const address = `/v1/runs/${encodeURIComponent(runId)}/nodes/${encodeURIComponent(path)}`;
  const key = view === undefined ? undefined : `${address} ${state} ${view.attempt}`;
  const { value: detail, error, reload } = useLoad(key, (signal) => read<NodeDetail>(address, { signal }));
  return (
    <>
      <NodeHead path={path} type={type} view={view} now={now} />
      <Tabs tabs={tabs} selected={tab} onSelect={setTab} label="Parts of the node" />
      <div className="inspector-body" tabIndex={0} role="group" aria-label={tab}>
        {error !== undefined && <Notice error={error} onRetry={reload} />}
        {tab === "Overview" && (
          <>
            {view?.error !== undefined && <ErrorBox error={view.error} />}
            {view === undefined && <Empty title="It has not started">{why !== undefined && <p>{why}</p>}</Empty>}
            {state === "skipped" && <p>It was skipped: {skipReasons[view?.skipReason ?? ""] ?? view?.skipReason}.</p>}
            {state === "waiting" && view?.asks !== undefined && <p>{view.asks}</p>}
            <Value title="Input" note="evaluated" value={detail?.input} name={`${idOf(path)}-input`} />
            <Value title="Output" value={detail?.output} name={`${idOf(path)}-output`} />
            {state === "running" && detail?.output === undefined && <p className="quiet">No output yet: it runs.</p>}
            {view !== undefined && view.attempt > 0 && <Attempts view={view} now={now} />}
            {others.length > 0 && (
              <div className="stack">
                <h3>Other failed items</h3>
                <div className="links">
                  {others.slice(0, 12).map((other) => (
                    <button key={other} type="button" className="chip mono" onClick={() => onSelect(other)}>
                      {other.slice(other.indexOf("["))}
                    </button>
                  ))}
                  {others.length > 12 && <span className="quiet">and {others.length - 12} more</span>}
                </div>
              </div>
            )}
          </>
        )}
        {tab === "Attempts" && view !== undefined && (
          <>
            <Attempts view={view} now={now} />
            {(detail?.attemptLog ?? []).map((entry, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- entries have no other name
              <JsonText key={index} value={entry} name={`attempt-${index + 1}`} />
            ))}
          </>
        )}
        {tab === "Raw" && detail !== undefined && (
          <JsonText value={JSON.parse(JSON.stringify(detail))} name={idOf(path)} />
        )}
      </div>
    </>
  );
}

function NodeHead({ path, type, view, now }: Pick<NodePanelProps, "path" | "type" | "view" | "now">): ReactNode {
  const state = view?.state ?? "pending";
  const ms = view === undefined ? undefined : activeMs(view, now);
  const facts = [
    type,
    view !== undefined && view.attempt > 0 ? plural(view.attempt, "attempt") : "",
    ms === undefined ? "" : formatDuration(ms),
  ];
  return (
    <div className="inspector-head">
      <div className="path">
        {partsOf(path).map((part, index, all) => (
          // oxlint-disable-next-line react/no-array-index-key -- the same part may stand in a path twice
          <span key={index} className="path">
            {index > 0 && <span aria-hidden="true">›</span>}
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
      <p className="meta">{facts.filter(Boolean).join(" · ")}</p>
    </div>
  );
}

const skipReasons: Readonly<Record<string, string>> = {
  whenFalse: "its condition `when` was false",
  dependencySkipped: "what it waits for was skipped",
  dependencyFailed: "what it waits for failed",
  branchNotTaken: "the other branch was taken",
  errorIgnored: "it failed, and its error is ignored",
  runStopped: "the run was stopped before",
};

export const ErrorBox = ({ error }: { readonly error: ErrorRecord }): ReactNode => (
  <div className="error-box">
    <code>{error.code}</code>
    <span>{error.message}</span>
    {error.path !== undefined && <span className="meta">in {error.path}</span>}
    {error.fix !== undefined && (
      <span className="fix">
        <strong>Fix</strong>
        {error.fix}
      </span>
    )}
    {error.details !== undefined && <JsonText value={error.details} name="details" />}
  </div>
);

function Value({
  title,
  note,
  value,
  name,
}: {
  readonly title: string;
  readonly note?: string;
  readonly value: NodeDetail["input"];
  readonly name: string;
}): ReactNode {
  if (value === undefined) return null;
  return (
    <div className="stack">
      <div className="section-title">
        <h3>{title}</h3>
        {note !== undefined && <span className="meta">{note}</span>}
      </div>
      <JsonText value={value} name={name} />
    </div>
  );
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
