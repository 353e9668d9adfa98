import { useCallback, useEffect, useState } from "react";
import { read } from "../api/http.ts";
import type { RunSummary } from "../api/types.ts";
import { useLoad, type Loaded } from "../live/use-load.ts";

export const statuses = ["running", "suspended", "failed", "completed", "cancelled", "interrupted", "queued"] as const;

interface Page {
  readonly runs: readonly RunSummary[];
  readonly next: string | null;
  readonly counts?: Readonly<Record<string, number>>;
}

interface Runs extends Pick<Loaded<Page>, "error" | "reload"> {
  /** Undefined until the first page is there. */
  readonly runs: readonly RunSummary[] | undefined;
  /** Of all runs, by status. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  readonly olderError: unknown;
  readonly loadOlder: () => void;
}

/** Runs, the newest first, in pages of 50. The first page is read again every two seconds. */
export function useRuns(selection: { readonly status: string; readonly workflow: string }): Runs {
  const query = new URLSearchParams({ limit: "50" });
  for (const [name, value] of Object.entries(selection)) if (value !== "") query.set(name, value);
  const key = query.toString();
  const first = useLoad(key, (signal) => read<Page>(`/v1/runs?${key}&counts=true`, { signal }), 2000);
  const older = useOlder(key, first.value?.next ?? null);
  const fresh = first.value?.runs;
  const known = new Set(fresh?.map(({ runId }) => runId));
  // The counts stay while another selection loads.
  const [counts, setCounts] = useState<Page["counts"]>();
  const latest = first.value?.counts;
  useEffect(() => {
    if (latest !== undefined) setCounts(latest);
  }, [latest]);
  return {
    runs: fresh && [...fresh, ...older.runs.filter(({ runId }) => !known.has(runId))],
    counts: latest ?? counts,
    error: first.error,
    reload: first.reload,
    hasOlder: older.next !== null,
    isLoadingOlder: older.isLoading,
    olderError: older.error,
    loadOlder: older.load,
  };
}

interface Older {
  readonly runs: readonly RunSummary[];
  readonly next?: string | null | undefined;
  readonly error?: unknown;
  readonly isLoading: boolean;
}

const none: Older = { runs: [], isLoading: false };

/** The pages behind the first one, as they are asked for. */
function useOlder(key: string, first: string | null) {
  const [state, setState] = useState(none);
  useEffect(() => setState(none), [key]);
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
  return { ...state, next, load };
}
