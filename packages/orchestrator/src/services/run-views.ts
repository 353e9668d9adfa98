import {
  IceError,
  type AttemptEntry,
  type JournalRecord,
  type JournalRecordOf,
  type JsonObject,
  type NetworkCoordinatorFactory,
  type NodeDetail,
  type NodeEntry,
  type NodePageQuery,
  type NodeRecord,
  type RunViews,
  type StepEntry,
  type Usage,
} from "@ice/core";
import { fromRunDocument, graphOf, jsonLength, shorten } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { currentDocument } from "../plan/run-document.ts";
import { isNetwork } from "../history/stored-result.ts";
import { countUsage, type UsageCount } from "../history/usage.ts";
import { RecordedNodes } from "./recorded-nodes.ts";
import { SealedCursors } from "./sealed-cursor.ts";

/** Characters of the outputs in a page, as JSON. */
const maxPageLength = 16 * 1024 * 1024;

/** What a server shows of the runs of a tenant. */
export function createRunViews(engine: Engine, networks: Pick<NetworkCoordinatorFactory, "show">): RunViews {
  const { store } = engine;
  const timeSlice = engine.pace.slice;
  const cursors = new SealedCursors(store, "nodes");
  return {
    summary: (runId) => store.summary(runId),
    async requestHash(runId) {
      return (await store.summary(runId)).requestHash;
    },
    async snapshot(runId) {
      const stored = await store.read(runId);
      // Before the document of a network, which reads the runs of its workflows: an event twice is better than none.
      const position = { records: stored.records.length + 1, signals: stored.signals.length };
      const result = isNetwork(stored) ? await networks.show(runId) : await engine.resultOf(stored);
      return { result, inputs: stored.inputs, position };
    },
    async nodes(runId, { cursor, limit = 50, ...selection } = {}) {
      const about = { ...selection, statuses: selection.statuses?.toSorted().join(), runId };
      const after = await cursors.open(cursor, about);
      const used = new UsageByNode();
      const recorded = await RecordedNodes.read(store, runId, { timeSlice, onRecord: (record) => used.add(record) });
      const found: FoundNode[] = [];
      let sequence = -1;
      for (const [path, node] of recorded.entries()) {
        sequence += 1;
        if (sequence <= (after?.sequence ?? -1) || !isSelected(path, node, selection)) continue;
        found.push({ path, node, sequence });
        if (found.length > limit) break;
      }
      const nodes = await firstOf(found.slice(0, limit), recorded, used);
      const last = found[nodes.length - 1];
      const end = last !== undefined && nodes.length < found.length ? { at: 0, sequence: last.sequence } : undefined;
      return { nodes, next: await cursors.seal(end, about) };
    },
    node: (runId, path) => nodeOf(engine, runId, path),
    graph: async (runId) => graphOf(await engine.compiler.analyzedOf(await store.read(runId))),
    async blueprint(runId) {
      const stored = await store.read(runId);
      const { hash, data } = currentDocument(stored);
      // Without the addresses of files in the document: they are those of the server.
      return { name: stored.workflow, version: stored.version, hash, blueprint: fromRunDocument(data).blueprint };
    },
  };
}

/** A node, with what its records say of its attempts. */
async function nodeOf({ store, pace }: Engine, runId: string, path: string): Promise<NodeDetail> {
  let input: JsonObject | undefined;
  const attemptLog: AttemptEntry[] = [];
  const steps: StepEntry[] = [];
  const used = new UsageByNode();
  const onRecord = (record: JournalRecord): void => {
    if (!("path" in record) || record.path !== path) return;
    if (record.kind === "started") input = record.fields;
    if (record.kind === "attemptFailed") attemptLog.push(attemptOf(record));
    if (record.kind === "step") steps.push({ at: record.at, key: record.key, value: record.value });
    used.add(record);
  };
  const recorded = await RecordedNodes.read(store, runId, { timeSlice: pace.slice, onRecord });
  const node = new Map(recorded.entries()).get(path);
  if (node === undefined) throw noNode(runId, path);
  const waiting = recorded.waiting(path);
  return {
    path,
    ...(await recorded.withOutput(path, node)),
    ...(input && { input }),
    attemptLog,
    steps,
    ...used.of(path),
    ...(waiting && { waiting }),
  };
}

/** What nodes have used, by their paths. */
class UsageByNode {
  readonly #counts = new Map<string, UsageCount>();

  add(record: JournalRecord): void {
    if (!("usage" in record && "path" in record) || record.usage === undefined) return;
    const count = this.#counts.get(record.path) ?? {};
    for (const [what, amount] of Object.entries(record.usage)) countUsage(count, what as keyof Usage, amount);
    this.#counts.set(record.path, count);
  }

  of(path: string): Pick<NodeEntry, "usage"> {
    const usage = this.#counts.get(path);
    return usage === undefined || Object.keys(usage).length === 0 ? {} : { usage };
  }
}

interface FoundNode {
  readonly path: string;
  readonly node: NodeRecord;
  readonly sequence: number;
}

/** The first of the nodes, as many as a page has room for, with their outputs. One that is longer than a page has one of its own. */
async function firstOf(found: readonly FoundNode[], recorded: RecordedNodes, used: UsageByNode): Promise<NodeEntry[]> {
  const nodes: NodeEntry[] = [];
  let length = 0;
  for (const { path, node } of found) {
    const entry = await recorded.withOutput(path, node);
    length += jsonLength(entry.output ?? null);
    if (length > maxPageLength && nodes.length > 0) break;
    nodes.push({ path, ...entry, ...used.of(path) });
  }
  return nodes;
}

function isSelected(
  path: string,
  { status }: NodeRecord,
  { statuses, under }: Omit<NodePageQuery, "limit" | "cursor">,
): boolean {
  if (statuses !== undefined && !statuses.includes(status)) return false;
  return under === undefined || path === under || path.startsWith(`${under}.`) || path.startsWith(`${under}[`);
}

const attemptOf = ({ attempt, at, retryAt, error }: JournalRecordOf<"attemptFailed">): AttemptEntry => ({
  attempt,
  at,
  retryAt,
  error,
});

const noNode = (runId: string, path: string): IceError =>
  new IceError("ICE_NODE_NOT_FOUND", `The run "${runId}" has no record of a node "${shorten(path)}".`, {
    fix: "list the nodes of the run; one that has not started has no record",
    details: { runId, path },
  });
