import { useCallback, useEffect, useState, type ReactNode } from "react";
import { read } from "../api/http.ts";
import type { RunSummary } from "../api/types.ts";
import { Button, Empty, FilterChip, Notice } from "../controls/controls.tsx";
import { TopBar } from "../frame/top-bar.tsx";
import { useLoad } from "../live/use-load.ts";
import { useKeys } from "../router/keys.ts";
import { go, runAddress, setQuery } from "../router/router.tsx";
import { runState } from "../state/node-state.ts";
import { RunsTable } from "./runs-table.tsx";

const statuses = ["running", "suspended", "failed", "completed", "cancelled", "interrupted"] as const;

interface Page {
  readonly runs: readonly RunSummary[];
  readonly next: string | null;
}

interface RunsPageProps {
  readonly status: string;
  readonly workflow: string;
  readonly kind: "workflow" | "network";
}

/** The runs, the newest first. The first page is read again every two seconds. */
export function RunsPage({ status, workflow, kind }: RunsPageProps): ReactNode {
  const query = new URLSearchParams({ limit: "50" });
  if (status !== "") query.set("status", status);
  if (workflow !== "") query.set("workflow", workflow);
  const key = query.toString();
  const { value, error, reload } = useLoad(key, (signal) => read<Page>(`/v1/runs?${key}`, { signal }), 2000);
  const older = useOlder(key, value?.next ?? null);
  const [selected, setSelected] = useState(-1);
  const fresh = value?.runs ?? [];
  const known = new Set(fresh.map(({ runId }) => runId));
  const runs = [...fresh, ...older.runs.filter(({ runId }) => !known.has(runId))].filter(
    (run) => run.kind === kind || kind === "workflow",
  );
  const chosen = new Set(status.split(",").filter(Boolean));
  const toggle = (one: string): void => setQuery({ status: chosen.has(one) ? undefined : one });
  useKeys({
    j: () => setSelected((before) => Math.min(runs.length - 1, before + 1)),
    k: () => setSelected((before) => Math.max(0, before - 1)),
    Enter: () => runs[selected] !== undefined && go(runAddress(runs[selected].runId)),
  });
  const isFiltered = status !== "" || workflow !== "";
  return (
    <>
      <TopBar>
        <h1>{kind === "network" ? "Networks" : "Runs"}</h1>
      </TopBar>
      <div className="filters">
        <WorkflowFilter key={workflow} workflow={workflow} />
        <div className="chips">
          {statuses.map((one) => (
            <FilterChip key={one} state={runState(one).state} on={chosen.has(one)} onToggle={() => toggle(one)}>
              {one}
            </FilterChip>
          ))}
        </div>
      </div>
      <div className="content">
        {error !== undefined && <Notice error={error} onRetry={reload} />}
        {value !== undefined && runs.length === 0 && <NoRuns isFiltered={isFiltered} kind={kind} />}
        {runs.length > 0 && <RunsTable runs={runs} selected={selected} />}
        {older.next !== null && (
          <div className="more">
            <Button onClick={older.load}>{older.isLoading ? "Loading…" : "Older runs"}</Button>
          </div>
        )}
        {older.error !== undefined && <Notice error={older.error} onRetry={older.load} />}
      </div>
    </>
  );
}

/** The pages behind the first one, as they are asked for. */
function useOlder(key: string, first: string | null) {
  const [state, setState] = useState<{
    runs: readonly RunSummary[];
    next?: string | null | undefined;
    error?: unknown;
    isLoading: boolean;
  }>({
    runs: [],
    isLoading: false,
  });
  useEffect(() => setState({ runs: [], isLoading: false }), [key]);
  const next = state.next === undefined ? first : state.next;
  const load = useCallback(() => {
    if (next === null) return;
    setState(({ runs, next: at }) => ({ runs, next: at, isLoading: true }));
    read<Page>(`/v1/runs?${key}&cursor=${encodeURIComponent(next)}`)
      .then((page) =>
        setState((before) => ({ runs: [...before.runs, ...page.runs], next: page.next, isLoading: false })),
      )
      .catch((error: unknown) => setState((before) => ({ ...before, error, isLoading: false })));
  }, [key, next]);
  return { runs: state.runs, next, error: state.error, isLoading: state.isLoading, load };
}

function WorkflowFilter({ workflow }: { readonly workflow: string }): ReactNode {
  const [text, setText] = useState(workflow);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setQuery({ workflow: text.trim() === "" ? undefined : text.trim() });
      }}
    >
      <input
        className="input small"
        type="search"
        data-filter
        placeholder="Name of a workflow, then Enter"
        aria-label="Name of a workflow"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === "") setQuery({ workflow: undefined });
        }}
      />
    </form>
  );
}

function NoRuns({
  isFiltered,
  kind,
}: {
  readonly isFiltered: boolean;
  readonly kind: RunsPageProps["kind"];
}): ReactNode {
  if (isFiltered)
    return (
      <Empty title="No run fits the filter">
        <Button onClick={() => setQuery({ status: undefined, workflow: undefined })}>Show all runs</Button>
      </Empty>
    );
  return (
    <Empty title={kind === "network" ? "No networks yet" : "No runs yet"}>
      <p>Start one on the page Workflows, or at the command line:</p>
      <code>ice run FILE --api {location.origin}</code>
    </Empty>
  );
}
