import { useCallback, useRef, useState, type ReactNode } from "react";
import { ApiError, read } from "../api/http.ts";
import type { RunBlueprint } from "../api/types.ts";
import { AnswerFocus } from "../approvals/answer-focus.ts";
import { Empty, Notice, StateChip } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { Tabs } from "../controls/tabs.tsx";
import { EventsTab } from "../events/events-tab.tsx";
import { formatCount, shortId } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useConnection } from "../live/connection.ts";
import { useLoad } from "../live/use-load.ts";
import { useNow } from "../live/use-now.ts";
import { useRun, type LiveRun } from "../live/use-run.ts";
import { Link, networkAddress, Redirect, setQuery } from "../router/router.tsx";
import { useKeys } from "../router/keys.ts";
import { runState } from "../state/node-state.ts";
import { GraphTab } from "./graph-tab.tsx";
import { InputsTab } from "./inputs-tab.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunFacts } from "./run-facts.tsx";
import { RunStrips } from "./run-strips.tsx";
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
  const blueprint = useLoad(run.document.value === undefined ? undefined : runId, (signal) =>
    read<RunBlueprint>(`/v1/runs/${encodeURIComponent(runId)}/blueprint`, { signal }),
  );
  const hasEnded = ended.has(run.status ?? "");
  const now = useNow(!hasEnded);
  const { isConnected } = useConnection();
  const select = useCallback((path: string | undefined) => setQuery({ at: path }), []);
  const asking = [...run.view.nodes.values()].find(({ state, type }) => state === "waiting" && type === "human");
  const deselect = useSelectTrouble({ run, at, onSelect: select });
  const answerFocus = useRef<string>(undefined);
  const answer = (): void => {
    if (asking === undefined) return;
    answerFocus.current = asking.path;
    setTab("Graph");
    select(asking.path);
  };
  useKeys({
    "1": () => setTab("Graph"),
    "2": () => setTab("Events"),
    "3": () => setTab("Inputs and output"),
    "4": () => setTab("Source"),
    a: (event) => (event.preventDefault(), answer()),
    Escape: deselect,
  });
  const document = run.document.value;
  if (document === undefined) return <Missing runId={runId} run={run} />;
  if (document.workflows !== undefined) return <Redirect to={networkAddress(runId)} />;
  const { state, word } = runState(run.status ?? document.status, asking !== undefined);
  const to = hasEnded ? document.endedAt : now;
  const name = document.workflow?.name ?? document.name;
  return (
    <>
      <TopBar>
        <Link href="/runs">Runs</Link>
        <Icon name="chevron" />
        <h1>{name}</h1>
        <Icon name="chevron" />
        <code title={runId}>{shortId(runId)}</code>
        <StateChip state={state} word={word} pill />
        <RunActions document={document} hasEnded={hasEnded} />
      </TopBar>
      <RunFacts
        document={document}
        run={run.view}
        to={to}
        hash={blueprint.value?.hash}
        onCost={() => (setTab("Graph"), deselect())}
      />
      <RunStrips run={run} asking={asking} at={at} now={now} hasEnded={hasEnded} onAnswer={answer} onSelect={select} />
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
        <AnswerFocus value={answerFocus}>
          <GraphTab
            runId={runId}
            run={run}
            at={at}
            from={document.startedAt}
            to={to}
            isLive={!hasEnded && isConnected}
            theme={theme}
            blueprint={blueprint}
            onSelect={select}
          />
        </AnswerFocus>
      )}
      {tab === "Events" && (
        <EventsTab events={run.view.events} at={at} isLive={!hasEnded && isConnected} onSelect={select} />
      )}
      {tab === "Source" && (
        <SourceTab runId={runId} run={run} at={at} to={to} blueprint={blueprint} onSelect={select} />
      )}
      {tab === "Inputs and output" && <InputsTab document={document} hasEnded={hasEnded} />}
      <p className="visually-hidden" aria-live="polite">
        {name} is {word}
      </p>
    </>
  );
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
