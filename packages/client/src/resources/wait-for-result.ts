import type { NodeRecord, WaitingNode } from "@ice/core";
import type { RunStreamEvent } from "../events/run-stream-event.ts";
import type { CallOptions } from "../http/http-client.ts";
import { pause } from "../http/pause.ts";
import type { RunDocument } from "./run-document.ts";

/** Options of waiting for a result. */
export interface ResultOptions extends CallOptions {
  /** Called with each event meanwhile. */
  readonly onEvent?: ((event: RunStreamEvent) => void) | undefined;
  /** A position: where the events begin. Default: now. */
  readonly after?: string | undefined;
  /** Whether a suspended run is the result, or is waited for until it goes on. Default: it is the result. */
  readonly acceptSuspended?: ((document: RunDocument) => boolean) | undefined;
}

/** A document with its place in the journal of the run. */
export interface Snapshot {
  readonly document: RunDocument;
  /** Events behind it are those that the document does not contain: `events(runId, { after: position })`. */
  readonly position: string;
}

/** What waiting takes of the runs of a server. */
interface Runs {
  get(runId: string, options: CallOptions): Promise<RunDocument>;
  snapshot(runId: string, options: CallOptions): Promise<Snapshot>;
  events(runId: string, options: CallOptions & { readonly after: string }): AsyncIterable<RunStreamEvent>;
}

/** How long a run that was answered is watched until its server continues it: about three seconds in all. */
const pausesMs = [50, 100, 200, 400, 800, 1600];

/** Waits until a run has ended or is suspended, and returns its document. */
export async function waitForResult(
  runs: Runs,
  runId: string,
  { onEvent, after, acceptSuspended = () => true, signal }: ResultOptions = {},
): Promise<RunDocument> {
  let position = after;
  if (position === undefined) {
    const now = await settled(runs, runId, { signal });
    if (isResult(now.document, acceptSuspended)) return now.document;
    ({ position } = now);
  }
  for await (const event of runs.events(runId, { after: position, signal })) {
    onEvent?.(event);
    if (!saysSuspended(event)) continue;
    const { document } = await settled(runs, runId, { signal });
    // A run that has ended meanwhile has more events.
    if (document.status === "suspended" && acceptSuspended(document)) return document;
  }
  return runs.get(runId, { signal });
}

/** A run that goes on and is suspended again at once has one status all the time, but records both. */
const saysSuspended = (event: RunStreamEvent): boolean =>
  event.kind === "status"
    ? event.status === "suspended"
    : event.kind === "durable" && event.type.endsWith(".suspended");

const isResult = (document: RunDocument, acceptSuspended: (document: RunDocument) => boolean): boolean =>
  document.status === "suspended" ? acceptSuspended(document) : !goesOn(document);

/** A run that is interrupted is continued by its server. */
const goesOn = ({ status }: RunDocument): boolean =>
  status === "running" || status === "interrupted" || status === "queued";

/** A run that was just answered is still suspended, for a moment. */
async function settled(runs: Runs, runId: string, options: CallOptions): Promise<Snapshot> {
  for (const ms of pausesMs) {
    const now = await runs.snapshot(runId, options);
    if (now.document.status !== "suspended" || !isAnswered(now.document)) return now;
    await pause(ms, options.signal);
  }
  return runs.snapshot(runId, options);
}

/** Whether a node that has asked or waited has its answer, and only the run has not gone on yet. */
function isAnswered(document: RunDocument): boolean {
  if (!("workflows" in document)) return hasAnsweredNode(document.nodes, document.waiting);
  return Object.values(document.workflows).some(
    (member) => "nodes" in member && hasAnsweredNode(member.nodes, member.waiting),
  );
}

const hasAnsweredNode = (
  nodes: Readonly<Record<string, NodeRecord>>,
  waiting: readonly WaitingNode[] = [],
): boolean => {
  const open = new Set(waiting.map(({ path }) => path));
  return Object.entries(nodes).some(
    ([path, { type, status }]) => type === "human" && status === "waiting" && !open.has(path),
  );
};
