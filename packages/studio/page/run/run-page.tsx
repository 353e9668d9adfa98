import { useCallback, useState, type ReactNode } from "react";
import { ApiError, read } from "../api/http.ts";
import type { RunBlueprint } from "../api/types.ts";
import { Button, Empty, Notice, StateChip } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { EventsTab } from "../events/events-tab.tsx";
import { formatCount, formatDuration, shortId } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useLoad } from "../live/use-load.ts";
import { useNow } from "../live/use-now.ts";
import { useRun, type LiveRun } from "../live/use-run.ts";
import { Link, networkAddress, Redirect, setQuery } from "../router/router.tsx";
import { useKeys } from "../router/keys.ts";
import { runState } from "../state/node-state.ts";
import type { NodeView } from "../state/run-reducer.ts";
import { GraphTab } from "./graph-tab.tsx";
import { InputsTab } from "./inputs-tab.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunFacts } from "./run-facts.tsx";
import { SourceTab } from "./source-tab.tsx";
import { useSelectTrouble } from "./use-select-trouble.ts";

const tabs = ["Graph", "Events", "Inputs and output", "Source"] as const;
type Tab = (typeof tabs)[number];

const ended = new Set(["completed", "failed", "cancelled"]);

interface RunPageProps {
  readonly runId: string;
  readonly at: string | undefined;
  readonly theme: string;
}

export function RunPage({ runId, at, theme }: RunPageProps): ReactNode {
  const run = useRun(runId);
  const [tab, setTab] = useState<Tab>("Graph");
  const [error, setError] = useState<unknown>();
  const blueprint = useLoad(run.document.value === undefined ? undefined : runId, (signal) =>
    read<RunBlueprint>(`/v1/runs/${encodeURIComponent(runId)}/blueprint`, { signal }),
  );
  const hasEnded = ended.has(run.status ?? "");
  const now = useNow(!hasEnded);
  const select = useCallback((path: string | undefined) => setQuery({ at: path }), []);
  const asking = [...run.view.nodes.values()].find(({ state, type }) => state === "waiting" && type === "human");
  const deselect = useSelectTrouble({ run, at, onSelect: select });
  const answer = asking === undefined ? undefined : () => (setTab("Graph"), select(asking.path));
  useKeys({
    "1": () => setTab("Graph"),
    "2": () => setTab("Events"),
    "3": () => setTab("Inputs and output"),
    "4": () => setTab("Source"),
    a: (event) => (event.preventDefault(), answer?.()),
    Escape: deselect,
  });
  const document = run.document.value;
  if (document === undefined) return <Missing runId={runId} run={run} />;
  if (document.workflows !== undefined) return <Redirect to={networkAddress(runId)} />;
  const { state, word } = runState(run.status ?? document.status, asking !== undefined);
  const to = hasEnded ? document.endedAt : now;
  return (
    <>
      <TopBar>
        <Link href="/runs">Runs</Link>
        <Icon name="chevron" />
        <h1>{document.workflow?.name ?? document.name}</h1>
        <Icon name="chevron" />
        <code title={runId}>{shortId(runId)}</code>
        <StateChip state={state} word={word} pill />
        <RunActions document={document} hasEnded={hasEnded} onError={setError} />
      </TopBar>
      <RunFacts
        document={document}
        run={run.view}
        to={to}
        hash={blueprint.value?.hash}
        onCost={() => (setTab("Graph"), deselect())}
      />
      {error !== undefined && <Notice error={error} />}
      {run.streamError !== undefined && <Notice error={run.streamError} />}
      {asking !== undefined && at !== asking.path && <AskStrip run={run} asking={asking} now={now} onAnswer={answer} />}
      <Tabs
        tabs={tabs}
        selected={tab}
        onSelect={setTab}
        label="Parts of the run"
        counts={{ Events: formatCount(run.view.events.length) }}
      >
        <span className="meta">1 graph · 2 events · 3 data · 4 source</span>
      </Tabs>
      {tab === "Graph" && (
        <GraphTab
          runId={runId}
          run={run}
          at={at}
          from={document.startedAt}
          to={to}
          hasEnded={hasEnded}
          theme={theme}
          blueprint={blueprint}
          onSelect={select}
        />
      )}
      {tab === "Events" && <EventsTab events={run.view.events} at={at} isLive={!hasEnded} onSelect={select} />}
      {tab === "Source" && (
        <SourceTab runId={runId} run={run} at={at} to={to} blueprint={blueprint} onSelect={select} />
      )}
      {tab === "Inputs and output" && <InputsTab document={document} hasEnded={hasEnded} />}
      <p className="visually-hidden" aria-live="polite">
        {document.workflow?.name} is {word}
      </p>
    </>
  );
}

interface AskStripProps {
  readonly run: LiveRun;
  readonly asking: NodeView;
  readonly now: number;
  readonly onAnswer: (() => void) | undefined;
}

const AskStrip = ({ run, asking: { path, asks }, now, onAnswer }: AskStripProps): ReactNode => (
  <div className="strip">
    <Icon name="person" />
    <strong>{path}</strong>
    <span className="ask">
      asks{peopleText(run, path)}: {asks}
    </span>
    <ExpiryNote run={run} path={path} now={now} />
    <Button hint="A" onClick={onAnswer}>
      Answer
    </Button>
  </div>
);

/** ` kim or lee`; empty if anyone may answer. */
function peopleText(run: LiveRun, path: string): string {
  const people = run.document.value?.waiting?.find((one) => one.path === path)?.assignees ?? [];
  return people.length === 0 ? "" : ` ${people.join(" or ")}`;
}

function ExpiryNote({
  run,
  path,
  now,
}: {
  readonly run: LiveRun;
  readonly path: string;
  readonly now: number;
}): ReactNode {
  const expiresAt = run.document.value?.waiting?.find((one) => one.path === path)?.expiresAt;
  if (expiresAt === undefined || expiresAt === null) return null;
  return <span>{expiresAt > now ? `expires in ${formatDuration(expiresAt - now)}` : "has expired"}</span>;
}

function Missing({ runId, run }: { readonly runId: string; readonly run: LiveRun }): ReactNode {
  const { error, reload } = run.document;
  const isUnknown = error instanceof ApiError && error.status === 404;
  return (
    <>
      <TopBar>
        <Link href="/runs">Runs</Link>
        <Icon name="chevron" />
        <h1>{shortId(runId)}</h1>
      </TopBar>
      <div className="content pad">
        {isUnknown && (
          <Empty title="No run with this id in this store">
            <p className="mono">{runId}</p>
            <Link className="button" href="/runs">
              All runs
            </Link>
          </Empty>
        )}
        {error !== undefined && !isUnknown && <Notice error={error} onRetry={reload} />}
        {error === undefined && <p className="quiet">Loading…</p>}
      </div>
    </>
  );
}
