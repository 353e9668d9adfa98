import type { RunSummary } from "@ice/core";
import { useState, type ReactNode } from "react";
import { client } from "../api/client.ts";
import { Empty, FilterChip, Notice, StateChip } from "../controls/controls.tsx";
import { formatDuration, formatMoment, shortId, versionText } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useAsked } from "../live/use-asked.ts";
import { useLoad } from "../live/use-load.ts";
import { useNow } from "../live/use-now.ts";
import { useKeys } from "../router/keys.ts";
import { go, Link, networkAddress, setQuery } from "../router/router.tsx";
import type { Asked } from "../state/asked.ts";
import { runState } from "../state/node-state.ts";

/** Pages of runs that are searched for networks, 200 runs each. */
const maxPages = 5;

/** Networks, the newest first, with the states of the runs in each. */
export function NetworksPage({ status }: { readonly status: string }): ReactNode {
  const { value, error, reload } = useLoad("networks", loadNetworks, 3000);
  const all = value?.networks ?? [];
  const states = [...new Set(all.map((run) => run.status))].toSorted();
  const networks = all.filter((run) => status === "" || run.status === status);
  const asked = useAsked(networks.some(({ endedAt }) => endedAt === undefined));
  const now = useNow(networks.some(({ endedAt }) => endedAt === undefined));
  const [selected, setSelected] = useState(-1);
  useKeys({
    j: () => setSelected((before) => Math.min(networks.length - 1, before + 1)),
    k: () => setSelected((before) => Math.max(0, before - 1)),
    Enter: () => networks[selected] !== undefined && go(networkAddress(networks[selected].runId)),
  });
  return (
    <>
      <TopBar>
        <h1>Networks</h1>
      </TopBar>
      {(states.length > 1 || status !== "") && (
        <div className="filters chips">
          {states.map((one) => (
            <FilterChip
              key={one}
              state={runState(one).state}
              on={one === status}
              onToggle={() => setQuery({ status: one === status ? undefined : one })}
            >
              {all.filter((run) => run.status === one).length} {one}
            </FilterChip>
          ))}
        </div>
      )}
      <div className="content">
        {error !== undefined && <Notice error={error} onRetry={reload} />}
        {value !== undefined && all.length === 0 && <NoNetworks />}
        {networks.length > 0 && (
          <Table networks={networks} members={value!.members} asked={asked} now={now} selected={selected} />
        )}
        {value?.isPartial === true && <p className="meta pad">Networks among the last {maxPages * 200} runs.</p>}
      </div>
    </>
  );
}

const NoNetworks = (): ReactNode => (
  <Empty title="No networks yet">
    <p>A network runs several workflows that depend on each other. Start one at the command line:</p>
    <code>ice network run FILE</code>
  </Empty>
);

interface TableProps {
  readonly networks: readonly RunSummary[];
  readonly members: ReadonlyMap<string, readonly RunSummary[]>;
  readonly asked: Asked;
  readonly now: number;
  readonly selected: number;
}

const Table = ({ networks, members, asked, now, selected }: TableProps): ReactNode => (
  <table className="table">
    <thead>
      <tr>
        <th>State</th>
        <th>Network</th>
        <th>Run</th>
        <th>Now</th>
        <th className="number">Duration</th>
        <th>Started</th>
      </tr>
    </thead>
    <tbody>
      {networks.map(({ runId, workflow, version, status, startedAt, endedAt }, index) => {
        const isAsking = (id: string): boolean => endedAt === undefined && asked.has(id);
        const runs = members.get(runId) ?? [];
        const { state, word } = runState(
          status,
          runs.some((run) => isAsking(run.runId)),
        );
        return (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the row has a link, and keys of its own
          <tr key={runId} aria-selected={index === selected} onClick={() => go(networkAddress(runId))}>
            <td>
              <StateChip state={state} word={word} />
            </td>
            <td>
              <Link className="main-link" href={networkAddress(runId)} onClick={(event) => event.stopPropagation()}>
                {workflow}
              </Link>{" "}
              <span className="quiet">{versionText(version)}</span>
            </td>
            <td>
              <code title={runId}>{shortId(runId)}</code>
            </td>
            <td className="now">{sentenceOf(runs, isAsking)}</td>
            <td className="number">{formatDuration((endedAt ?? now) - startedAt)}</td>
            <td>{formatMoment(startedAt, now)}</td>
          </tr>
        );
      })}
    </tbody>
  </table>
);

/** `refund waiting for an answer, bad failed, 1 completed`: what needs a look has its name. */
function sentenceOf(runs: readonly RunSummary[], isAsking: (runId: string) => boolean): string {
  const completed = runs.filter(({ status }) => status === "completed").length;
  const others = runs
    .filter(({ status }) => status !== "completed")
    .map(
      ({ startedBy, runId, status }) =>
        `${startedBy?.path ?? shortId(runId)} ${runState(status, isAsking(runId)).word}`,
    );
  return [...others, ...(completed > 0 ? [`${completed} completed`] : [])].join(", ");
}

interface Networks {
  readonly networks: readonly RunSummary[];
  /** Runs by the id of their network. */
  readonly members: ReadonlyMap<string, readonly RunSummary[]>;
  /** Whether there are older runs that were not searched. */
  readonly isPartial: boolean;
}

async function loadNetworks(signal: AbortSignal): Promise<Networks> {
  const runs: RunSummary[] = [];
  let cursor: string | null = null;
  for (let page = 0; page === 0 || (cursor !== null && page < maxPages); page += 1) {
    const next: { readonly runs: readonly RunSummary[]; readonly next: string | null } = await client.runs.list({
      limit: 200,
      cursor: cursor ?? undefined,
      signal,
    });
    runs.push(...next.runs);
    cursor = next.next;
  }
  return {
    networks: runs.filter(({ kind }) => kind === "network"),
    members: Map.groupBy(runs, ({ startedBy }) => startedBy?.runId ?? ""),
    isPartial: cursor !== null,
  };
}
