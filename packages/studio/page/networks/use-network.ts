import { useEffect, useMemo, useState } from "react";
import { client } from "../api/client.ts";
import type { GraphNode, RunEvent } from "../api/types.ts";
import { followRun } from "../live/follow-run.ts";
import { useLoad, type Loaded } from "../live/use-load.ts";
import { isRecorded } from "../state/run-reducer.ts";
import { membersOf, type Member, type ShownMember } from "./network-view.ts";

/** What the document of a network contains. */
interface NetworkDocument {
  readonly runId: string;
  readonly name?: string;
  readonly status: string;
  readonly workflows?: Readonly<Record<string, ShownMember>>;
}

export interface LiveNetwork {
  readonly document: Loaded<NetworkDocument>;
  readonly graph: Loaded<readonly GraphNode[]>;
  readonly members: readonly Member[];
  readonly events: readonly RunEvent[];
  readonly streamError: unknown;
  readonly hasEnded: boolean;
}

const nothing: readonly never[] = [];
/** The runs in a network have events of their own, so what they do is read again. */
const everyMs = 1000;

/** A network with its runs as they go on. */
export function useNetwork(runId: string): LiveNetwork {
  const [state, setState] = useState<{ events: readonly RunEvent[]; hasEnded: boolean; error?: unknown }>({
    events: nothing,
    hasEnded: false,
  });
  const { events, hasEnded } = state;
  const graph = useLoad(runId, async (signal) => (await client.runs.graph(runId, { signal })).nodes);
  const document = useLoad(
    runId,
    async (signal) => (await client.runs.get(runId, { nodes: "none", signal })) as NetworkDocument,
    hasEnded ? undefined : everyMs,
  );
  const explained = useLoad(`${runId} ${events.length} ${hasEnded}`, (signal) =>
    client.runs.explain(runId, { signal }),
  );
  const { reload } = document;
  useEffect(() => {
    if (events.length > 0 || hasEnded) reload();
  }, [events.length, hasEnded, reload]);
  useEffect(() => {
    const abort = new AbortController();
    setState({ events: nothing, hasEnded: false });
    followRun(runId, {
      signal: abort.signal,
      onEvents: (more) => setState((before) => ({ ...before, events: [...before.events, ...more.filter(isRecorded)] })),
      onStatus: () => undefined,
    })
      .then(() => abort.signal.aborted || setState((before) => ({ ...before, hasEnded: true })))
      .catch((error: unknown) => abort.signal.aborted || setState((before) => ({ ...before, error })));
    return () => abort.abort();
  }, [runId]);
  const members = useMemo(
    () =>
      membersOf({
        graph: graph.value ?? nothing,
        workflows: document.value?.workflows ?? {},
        events,
        reasons: new Map(explained.value?.map(({ path, reason }) => [path, reason])),
      }),
    [graph.value, document.value, events, explained.value],
  );
  return { document, graph, members, events, streamError: state.error, hasEnded };
}
