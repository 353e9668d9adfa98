import type {
  Explanation,
  Json,
  JsonObject,
  NodeDetail,
  NodePage,
  NodeStatus,
  ObservedStatus,
  RunBlueprint,
  RunListPage,
  RunOptions,
  SentSignal,
} from "@ice/core";
import { followEvents, type EventsOptions } from "../events/follow-events.ts";
import type { RunStreamEvent } from "../events/run-stream-event.ts";
import type { CallOptions, HttpClient } from "../http/http-client.ts";
import type { GivenBlueprint } from "./given-blueprint.ts";
import { newKey } from "./new-key.ts";
import { pageQuery, type PageOptions } from "./page.ts";
import type { RunDocument, RunHead } from "./run-document.ts";
import type { RunGraph } from "./run-graph.ts";
import { waitForResult, type ResultOptions, type Snapshot } from "./wait-for-result.ts";

/** What is run: a workflow by name, or a blueprint, which takes the scope `author`. */
export type StartRequest = StartSettings &
  (
    | { readonly workflow: string; readonly blueprint?: undefined; readonly text?: undefined }
    | (GivenBlueprint & { readonly workflow?: undefined })
  );

interface StartSettings {
  readonly inputs?: JsonObject | undefined;
  readonly options?: Pick<RunOptions, "maxConcurrency" | "timeoutSeconds"> | undefined;
  /** An id of one's own. Such a request is not repeated, since a run with the id may be another one. Default: a new one. */
  readonly runId?: string | undefined;
  /** Requests with the same key and content start one run. 1 to 255 visible ASCII characters. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
}

/** A run that was started. */
export interface StartedRun {
  readonly runId: string;
  readonly workflow: { readonly name: string; readonly version: string };
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** See `RunsClient.result`. */
  result(options?: ResultOptions): Promise<RunDocument>;
  /** See `RunsClient.events`. */
  events(options?: EventsOptions): AsyncIterableIterator<RunStreamEvent, void, void>;
  /** See `RunsClient.cancel`. */
  cancel(options?: CancelOptions): Promise<RunState>;
}

/** Selects a page of runs. */
export interface ListRunsOptions extends PageOptions {
  /** Any of them. Default: all. */
  readonly status?: readonly ObservedStatus[] | undefined;
  /** Name of the workflow. */
  readonly workflow?: string | undefined;
  /** Runs that started at this time or later, in epoch milliseconds. */
  readonly since?: number | undefined;
  /** Runs that started before this time, in epoch milliseconds. */
  readonly until?: number | undefined;
}

/** Selects a page of the nodes of a run. */
export interface ListNodesOptions extends PageOptions {
  /** Any of them. Default: all. */
  readonly status?: readonly NodeStatus[] | undefined;
  /** Only this node and those in it. */
  readonly under?: string | undefined;
}

/** Options of cancelling a run. */
export interface CancelOptions extends CallOptions {
  /** At most 500 characters. */
  readonly reason?: string | undefined;
}

/** Options of sending a signal. */
export interface SendSignalOptions extends CallOptions {
  /** Default null. */
  readonly payload?: Json | undefined;
  /** The same id twice is one signal, so the request is repeated after failures. Default: a new one. */
  readonly id?: string | undefined;
}

/** A run and its status. */
export interface RunState {
  readonly runId: string;
  readonly status: ObservedStatus;
}

/** Runs of a server. */
export interface RunsClient {
  /** Starts a run. Resolves once it is recorded. A request that was lost is repeated, and starts one run. */
  start(request: StartRequest, options?: CallOptions): Promise<StartedRun>;
  /** The result as far as it is known. */
  get(runId: string, options?: CallOptions): Promise<RunDocument>;
  get(runId: string, options: CallOptions & { readonly nodes: "none" }): Promise<RunHead>;
  /** The same with the position from which to follow the run. */
  snapshot(runId: string, options?: CallOptions): Promise<Snapshot>;
  /** Waits until the run has ended or is suspended, over interruptions of the server. */
  result(runId: string, options?: ResultOptions): Promise<RunDocument>;
  /**
   * Follows the events of a run until it has ended. It connects again by itself, and yields each durable event once, in order. Leave
   * the loop to stop.
   */
  events(runId: string, options?: EventsOptions): AsyncIterableIterator<RunStreamEvent, void, void>;
  /** A page of runs, the newest first. */
  list(options?: ListRunsOptions): Promise<RunListPage>;
  /** A page of the nodes of a run, in the order in which they have ended. */
  nodes(runId: string, options?: ListNodesOptions): Promise<NodePage>;
  /** Everything that is recorded of a node. */
  node(runId: string, path: string, options?: CallOptions): Promise<NodeDetail>;
  /** The graph of the workflow of a run. */
  graph(runId: string, options?: CallOptions): Promise<RunGraph>;
  /** The blueprint that a run executes. */
  blueprint(runId: string, options?: CallOptions): Promise<RunBlueprint>;
  /** For each node that has not run: the condition that is not met. */
  explain(runId: string, options?: CallOptions): Promise<readonly Explanation[]>;
  cancel(runId: string, options?: CancelOptions): Promise<RunState>;
  /** Continues a run that is suspended, or whose process is gone. */
  resume(runId: string, options?: CallOptions): Promise<RunState>;
  signal(runId: string, name: string, options?: SendSignalOptions): Promise<SentSignal>;
}

/** @param http - of the server. */
export function createRunsClient(http: HttpClient): RunsClient {
  const read = async <Body>(path: readonly string[], options: CallOptions = {}): Promise<Body> =>
    (await http.send<Body>({ path: ["runs", ...path], signal: options.signal })).body;
  const runs: RunsClient = {
    async start({ runId, idempotencyKey, ...request }, { signal } = {}) {
      // A key belongs to one run, whose id follows from it.
      const key = runId === undefined ? (idempotencyKey ?? newKey()) : idempotencyKey;
      const { body } = await http.send<Pick<StartedRun, "runId" | "workflow" | "startedAt">>({
        method: "POST",
        path: ["runs"],
        body: { ...request, runId },
        headers: key === undefined ? {} : { "idempotency-key": key },
        isRepeatable: key !== undefined,
        signal,
      });
      const { runId: id, workflow, startedAt } = body;
      return {
        runId: id,
        workflow,
        startedAt,
        result: (options) => runs.result(id, options),
        events: (options) => runs.events(id, options),
        cancel: (options) => runs.cancel(id, options),
      };
    },
    async get(runId: string, { nodes, signal }: CallOptions & { readonly nodes?: "none" } = {}) {
      const { body } = await http.send<RunDocument>({ path: ["runs", runId], query: { nodes }, signal });
      return body;
    },
    async snapshot(runId, { signal } = {}) {
      const { body, headers } = await http.send<RunDocument>({ path: ["runs", runId], signal });
      return { document: body, position: headers.get("ice-position") ?? "0.0" };
    },
    result: (runId, options) => waitForResult(runs, runId, options),
    events: (runId, options = {}) => followEvents(http, runId, options),
    async list({ status, workflow, since, until, signal, ...page } = {}) {
      const query = { status, workflow, since, until, ...pageQuery(page) };
      return (await http.send<RunListPage>({ path: ["runs"], query, signal })).body;
    },
    async nodes(runId, { status, under, signal, ...page } = {}) {
      const query = { status, under, ...pageQuery(page) };
      return (await http.send<NodePage>({ path: ["runs", runId, "nodes"], query, signal })).body;
    },
    node: (runId, path, options) => read([runId, "nodes", path], options),
    graph: (runId, options) => read([runId, "graph"], options),
    blueprint: (runId, options) => read([runId, "blueprint"], options),
    explain: async (runId, options) =>
      (await read<{ readonly nodes: readonly Explanation[] }>([runId, "explain"], options)).nodes,
    ...changesOf(http),
  };
  return runs;
}

const changesOf = (http: HttpClient): Pick<RunsClient, "cancel" | "resume" | "signal"> => ({
  async cancel(runId, { reason, signal } = {}) {
    return (await http.send<RunState>({ method: "POST", path: ["runs", runId, "cancel"], body: { reason }, signal }))
      .body;
  },
  async resume(runId, { signal } = {}) {
    return (await http.send<RunState>({ method: "POST", path: ["runs", runId, "resume"], body: {}, signal })).body;
  },
  async signal(runId, name, { payload, id = newKey(), signal } = {}) {
    const path = ["runs", runId, "signals", name];
    return (await http.send<SentSignal>({ method: "POST", path, body: { payload, id }, isRepeatable: true, signal }))
      .body;
  },
});
