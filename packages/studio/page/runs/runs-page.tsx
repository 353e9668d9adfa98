import { useState, type ReactNode } from "react";
import { Button, Empty, FilterChip, Notice } from "../controls/controls.tsx";
import { formatCount } from "../format/format.ts";
import { TopBar } from "../frame/top-bar.tsx";
import { useAsked } from "../live/use-asked.ts";
import { useKeys } from "../router/keys.ts";
import { go, runAddress, setQuery } from "../router/router.tsx";
import { runState } from "../state/node-state.ts";
import { matches } from "./now-text.ts";
import { RunsTable } from "./runs-table.tsx";
import { statuses, useRuns } from "./use-runs.ts";

interface RunsPageProps {
  readonly status: string;
  /** Exactly the name of a workflow. */
  readonly workflow: string;
  readonly kind: "workflow" | "network";
}

/** The runs, the newest first. */
export function RunsPage({ status, workflow, kind }: RunsPageProps): ReactNode {
  const { runs: loaded, counts, error, reload, ...older } = useRuns({ status, workflow });
  const [text, setText] = useState(() => new URLSearchParams(location.search).get("q") ?? "");
  const [selected, setSelected] = useState(-1);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const ofKind = (loaded ?? []).filter((run) => kind === "workflow" || run.kind === kind);
  const runs = ofKind.filter((run) => matches(run, words));
  const asked = useAsked(runs.some((run) => run.status === "suspended" || run.status === "running"));
  useKeys({
    j: () => setSelected((before) => Math.min(runs.length - 1, before + 1)),
    k: () => setSelected((before) => Math.max(0, before - 1)),
    Enter: () => runs[selected] !== undefined && go(runAddress(runs[selected].runId)),
  });
  const filter = (value: string): void => {
    setText(value);
    setSelected(-1);
    setQuery({ q: value.trim() === "" ? undefined : value });
  };
  const showAll = (): void => {
    filter("");
    setQuery({ status: undefined, workflow: undefined });
  };
  const isFiltered = status !== "" || workflow !== "" || words.length > 0;
  return (
    <>
      <TopBar>
        <h1>{kind === "network" ? "Networks" : "Runs"}</h1>
      </TopBar>
      <div className="filters">
        <input
          className="input small"
          type="search"
          data-filter
          placeholder="Filter by id or workflow"
          aria-label="Filter by id or workflow"
          value={text}
          onChange={(event) => filter(event.target.value)}
        />
        <StatusChips status={status} counts={kind === "workflow" ? counts : undefined} />
        {workflow !== "" && (
          <FilterChip on onToggle={() => setQuery({ workflow: undefined })}>
            only {workflow} ×
          </FilterChip>
        )}
        {words.length > 0 && older.hasOlder && (
          <span className="quiet">
            {formatCount(runs.length)} of the {formatCount(ofKind.length)} runs that are loaded
          </span>
        )}
      </div>
      <div className="content">
        {error !== undefined && <Notice error={error} onRetry={reload} />}
        {loaded !== undefined && runs.length === 0 && (
          <NoRuns isFiltered={isFiltered} hasOlder={older.hasOlder} kind={kind} onShowAll={showAll} />
        )}
        {runs.length > 0 && <RunsTable runs={runs} asked={asked} selected={selected} />}
        {older.hasOlder && (
          <div className="more">
            <Button onClick={older.loadOlder}>{older.isLoadingOlder ? "Loading…" : "50 older runs"}</Button>
          </div>
        )}
        {older.olderError !== undefined && <Notice error={older.olderError} onRetry={older.loadOlder} />}
      </div>
    </>
  );
}

/** The states with how many runs there are. Several can be chosen. */
function StatusChips({
  status,
  counts,
}: {
  readonly status: string;
  readonly counts: Readonly<Record<string, number>> | undefined;
}): ReactNode {
  const chosen = new Set(status.split(",").filter(Boolean));
  const toggle = (one: string): void => {
    const next = new Set(chosen);
    if (!next.delete(one)) next.add(one);
    setQuery({ status: next.size === 0 ? undefined : [...next].join(",") });
  };
  // Only a store with workers has a queue.
  const isShown = (one: string): boolean => one !== "queued" || chosen.has(one) || (counts?.[one] ?? 0) > 0;
  return (
    <div className="chips">
      {statuses.filter(isShown).map((one) => (
        <FilterChip key={one} state={runState(one).state} on={chosen.has(one)} onToggle={() => toggle(one)}>
          {one} {counts?.[one] !== undefined && <span className="quiet">{countText(counts[one])}</span>}
        </FilterChip>
      ))}
    </div>
  );
}

/** The server counts at most 1,000 of each. */
const countText = (count: number): string => (count >= 1000 ? "1,000+" : formatCount(count));

interface NoRunsProps {
  readonly isFiltered: boolean;
  readonly hasOlder: boolean;
  readonly kind: RunsPageProps["kind"];
  readonly onShowAll: () => void;
}

function NoRuns({ isFiltered, hasOlder, kind, onShowAll }: NoRunsProps): ReactNode {
  if (isFiltered)
    return (
      <Empty title="No run fits the filter">
        {hasOlder && <p>Among those that are loaded; older runs are not.</p>}
        <Button onClick={onShowAll}>Show all runs</Button>
      </Empty>
    );
  return (
    <Empty title={kind === "network" ? "No networks yet" : "No runs yet"}>
      <p>Start one on the page Workflows, or at the command line:</p>
      <code>ice run FILE --api {location.origin}</code>
    </Empty>
  );
}
