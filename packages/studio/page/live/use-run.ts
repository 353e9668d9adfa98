import { useEffect, useState } from "react";
import { client } from "../api/client.ts";
import type { GraphNode, RunDocument } from "../api/types.ts";
import { applyEvents, emptyRun, type RunView } from "../state/run-reducer.ts";
import { addNotes, noNotes, type LiveNotes } from "../state/live-notes.ts";
import { followRun } from "./follow-run.ts";
import { useLoad, type Loaded } from "./use-load.ts";

export interface LiveRun {
  readonly document: Loaded<RunDocument>;
  readonly graph: Loaded<readonly GraphNode[]>;
  readonly view: RunView;
  /** What nodes report while the page is open, by their paths. */
  readonly live: LiveNotes;
  /** A failure of the stream that does not go away by itself. */
  readonly streamError: unknown;
  readonly status: string | undefined;
}

/** A run with its events as they come. The nodes are those of the events, so graph, timeline and events are always of one moment. */
export function useRun(runId: string): LiveRun {
  const graph = useLoad(runId, async (signal) => (await client.runs.graph(runId, { signal })).nodes);
  const [state, setState] = useState<{
    runId: string;
    view: RunView;
    live: LiveNotes;
    error?: unknown;
    status?: string;
    hasEnded?: boolean;
  }>({ runId, view: emptyRun, live: noNotes });
  const readDocument = async (signal: AbortSignal): Promise<RunDocument> =>
    (await client.runs.get(runId, { nodes: "none", signal })) as RunDocument;
  const document = useLoad(runId, readDocument, state.status === "running" ? 2000 : undefined);
  const { reload } = document;
  useEffect(() => {
    if (state.status !== undefined || state.hasEnded === true) reload();
  }, [state.status, state.hasEnded, reload]);
  useEffect(() => {
    const abort = new AbortController();
    setState({ runId, view: emptyRun, live: noNotes });
    followRun(runId, {
      signal: abort.signal,
      onEvents: (events) => setState((before) => ({ ...before, view: applyEvents(before.view, events) })),
      onLive: (events) => setState((before) => ({ ...before, live: addNotes(before.live, events) })),
      onStatus: (status) => setState((before) => (before.status === status ? before : { ...before, status })),
    })
      // What the run has ended as is said by its document.
      .then(() => abort.signal.aborted || setState(({ view, live }) => ({ runId, view, live, hasEnded: true })))
      .catch((error: unknown) => !abort.signal.aborted && setState((before) => ({ ...before, error })));
    return () => abort.abort();
  }, [runId]);
  const isCurrent = state.runId === runId;
  return {
    document,
    graph,
    view: isCurrent ? state.view : emptyRun,
    live: isCurrent ? state.live : noNotes,
    streamError: isCurrent ? state.error : undefined,
    status: (isCurrent ? state.status : undefined) ?? document.value?.status,
  };
}
