import {
  IceError,
  type JournalRecordOf,
  type NetworkCoordinatorFactory,
  type NodeEntry,
  type NodePageQuery,
  type RunViews,
  type StoredRun,
  type Usage,
} from "@ice/core";
import { fromRunDocument, graphOf, shorten } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { currentDocument } from "../plan/run-document.ts";
import { isNetwork } from "../history/stored-result.ts";
import { countUsage, type UsageCount } from "../history/usage.ts";
import { SealedCursors } from "./sealed-cursor.ts";

/** What a server shows of the runs of a tenant. */
export function createRunViews(engine: Engine, networks: Pick<NetworkCoordinatorFactory, "show">): RunViews {
  const { store } = engine;
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
      const { nodes } = await engine.resultOf(await store.read(runId));
      const found: (NodeEntry & { readonly sequence: number })[] = [];
      for (const [sequence, [path, node]] of Object.entries(nodes).entries()) {
        if (sequence <= (after?.sequence ?? -1) || !isSelected({ path, ...node }, selection)) continue;
        found.push({ path, ...node, sequence });
        if (found.length > limit) break;
      }
      const page = found.slice(0, limit);
      const end = found.length > limit ? { at: 0, sequence: page.at(-1)!.sequence } : undefined;
      return { nodes: page.map(({ sequence: _sequence, ...node }) => node), next: await cursors.seal(end, about) };
    },
    async node(runId, path) {
      const stored = await store.read(runId);
      const { nodes, waiting } = await engine.resultOf(stored);
      if (!Object.hasOwn(nodes, path)) throw noNode(runId, path);
      const input = recordsOf(stored, "started", path).at(-1)?.fields;
      const wait = waiting?.find((one) => one.path === path);
      const attemptLog = recordsOf(stored, "attemptFailed", path).map(({ attempt, at, retryAt, error }) => ({
        attempt,
        at,
        retryAt,
        error,
      }));
      const steps = recordsOf(stored, "step", path).map(({ at, key, value }) => ({ at, key, value }));
      const usage = usageOf(stored, path);
      return {
        path,
        ...nodes[path]!,
        ...(input && { input }),
        attemptLog,
        steps,
        ...(usage && { usage }),
        ...(wait && { waiting: wait }),
      };
    },
    graph: async (runId) => graphOf(await engine.compiler.analyzedOf(await store.read(runId))),
    async blueprint(runId) {
      const stored = await store.read(runId);
      const { hash, data } = currentDocument(stored);
      // Without the addresses of files in the document: they are those of the server.
      return { name: stored.workflow, version: stored.version, hash, blueprint: fromRunDocument(data).blueprint };
    },
  };
}

function isSelected(
  { path, status }: NodeEntry,
  { statuses, under }: Omit<NodePageQuery, "limit" | "cursor">,
): boolean {
  if (statuses !== undefined && !statuses.includes(status)) return false;
  return under === undefined || path === under || path.startsWith(`${under}.`) || path.startsWith(`${under}[`);
}

/** What all attempts of a node have used; undefined for nothing. */
function usageOf({ records }: StoredRun, path: string): Partial<Usage> | undefined {
  const count: UsageCount = {};
  for (const record of records)
    if ("usage" in record && "path" in record && record.path === path)
      for (const [what, amount] of Object.entries(record.usage ?? {})) countUsage(count, what as keyof Usage, amount);
  return Object.keys(count).length === 0 ? undefined : count;
}

function recordsOf<Kind extends "started" | "attemptFailed" | "step">(
  { records }: StoredRun,
  kind: Kind,
  path: string,
): JournalRecordOf<Kind>[] {
  return records.filter((record): record is JournalRecordOf<Kind> => record.kind === kind && record.path === path);
}

const noNode = (runId: string, path: string): IceError =>
  new IceError("ICE_NODE_NOT_FOUND", `The run "${runId}" has no record of a node "${shorten(path)}".`, {
    fix: "list the nodes of the run; one that has not started has no record",
    details: { runId, path },
  });
