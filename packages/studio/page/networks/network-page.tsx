import { useCallback, useMemo, type ReactNode } from "react";
import { Empty, Notice, StateChip } from "../controls/controls.tsx";
import { Icon } from "../controls/icons.tsx";
import { formatCost, formatCount, formatDuration, formatMoment, shortId } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { graphLook } from "../graph/graph-look.ts";
import { GraphView } from "../graph/graph-view.tsx";
import { useNow } from "../live/use-now.ts";
import { go, Link, Redirect, runAddress } from "../router/router.tsx";
import { countStates, runState, statesByWeight } from "../state/node-state.ts";
import { sumOf } from "../state/spent.ts";
import { MembersTable } from "./members-table.tsx";
import { NetworkActions } from "./network-actions.tsx";
import { viewOf } from "./network-view.ts";
import { useNetwork, type LiveNetwork } from "./use-network.ts";

/** A network: a graph whose nodes are runs. A click opens the run. */
export function NetworkPage({ runId, theme }: { readonly runId: string; readonly theme: string }): ReactNode {
  const network = useNetwork(runId);
  const { document, graph, members, hasEnded } = network;
  const now = useNow(!hasEnded);
  const open = useCallback(
    (id: string) => {
      const found = members.find((member) => member.id === id);
      if (found?.runId !== undefined) go(runAddress(found.runId));
    },
    [members],
  );
  if (document.value === undefined) return <Missing runId={runId} network={network} />;
  if (document.value.workflows === undefined) return <Redirect to={runAddress(runId)} />;
  const asks = members.find(({ word }) => word === "waiting for an answer");
  // Runs in it may have failed while others wait: then it has not ended.
  const isSuspended = !hasEnded && members.some(({ state: one }) => one === "waiting" || one === "suspended");
  const isRunning = members.some((member) => member.state === "running");
  const status = isSuspended && !isRunning ? "suspended" : document.value.status;
  const { state, word } = runState(status, asks !== undefined);
  return (
    <>
      <TopBar>
        <Link href="/networks">Networks</Link>
        <Icon name="chevron" />
        <h1>{document.value.name}</h1>
        <Icon name="chevron" />
        <code title={runId}>{shortId(runId)}</code>
        <StateChip state={state} word={word} pill />
        <NetworkActions document={document.value} hasEnded={hasEnded} />
      </TopBar>
      <Facts network={network} now={now} />
      {network.streamError !== undefined && <Notice error={network.streamError} />}
      {asks?.runId !== undefined && (
        <div className="strip">
          <Icon name="person" />
          <strong>{asks.id}</strong>
          <span className="ask">{asks.now}</span>
          <Link className="button" href={runAddress(asks.runId)}>
            Open the run
          </Link>
        </div>
      )}
      <div className="network-body">
        {graph.error !== undefined && <Notice error={graph.error} onRetry={graph.reload} />}
        {graph.value !== undefined && <Graph network={network} now={now} theme={theme} onOpen={open} />}
        <MembersTable members={members} now={now} />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {document.value.name} is {word}
      </p>
    </>
  );
}

interface GraphProps {
  readonly network: LiveNetwork;
  readonly now: number;
  readonly theme: string;
  readonly onOpen: (id: string) => void;
}

function Graph({ network: { graph, members, events }, now, theme, onOpen }: GraphProps): ReactNode {
  const nodes = useMemo(() => (graph.value ?? []).map((node) => ({ ...node, type: "workflow" })), [graph.value]);
  const look = useMemo(
    () =>
      graphLook({
        graph: nodes,
        run: viewOf(members, events, now),
        items: new Map(),
        at: undefined,
        chosen: new Map(),
        now,
      }),
    [nodes, members, events, now],
  );
  return (
    <GraphView graph={nodes} look={look} at={undefined} theme={theme} onSelect={onOpen} onItem={() => undefined} />
  );
}

function Facts({ network: { members, events, hasEnded }, now }: Pick<GraphProps, "network" | "now">): ReactNode {
  const counts = countStates(members.map(({ state }) => state));
  const startedAt = events[0]?.at;
  const to = hasEnded ? (events.at(-1)?.at ?? now) : now;
  const { totalTokens, costUsd, toolCalls } = sumOf(members.map(({ usage = {} }) => usage));
  return (
    <dl className="facts">
      {startedAt !== undefined && (
        <div>
          <dt>Started</dt>
          <dd>{formatMoment(startedAt, now)}</dd>
        </div>
      )}
      {startedAt !== undefined && (
        <div>
          <dt>Duration</dt>
          <dd>
            <strong>{formatDuration(to - startedAt)}</strong>
          </dd>
        </div>
      )}
      <div>
        <dt>Runs</dt>
        <dd>
          <strong>{members.length}</strong>
          {statesByWeight
            .filter((state) => counts[state] !== undefined)
            .map((state) => (
              <span key={state} className={state === "failed" ? "bad" : "quiet"}>
                {` · ${counts[state]} ${state}`}
              </span>
            ))}
        </dd>
      </div>
      {[
        ["Tool calls", formatCount(toolCalls)],
        ["Tokens", formatCount(totalTokens)],
        ["Cost", formatCost(costUsd)],
      ].map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Missing({ runId, network }: { readonly runId: string; readonly network: LiveNetwork }): ReactNode {
  const { error, reload } = network.document;
  return (
    <>
      <TopBar>
        <Link href="/networks">Networks</Link>
        <Icon name="chevron" />
        <h1>{shortId(runId)}</h1>
      </TopBar>
      <div className="content pad">
        {error === undefined ? <p className="quiet">Loading…</p> : <Notice error={error} onRetry={reload} />}
        {error !== undefined && (
          <Empty title="This network cannot be shown">
            <p className="mono">{runId}</p>
          </Empty>
        )}
      </div>
    </>
  );
}
