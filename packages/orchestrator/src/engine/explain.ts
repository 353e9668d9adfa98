import { IceError, type Explanation, type NodeRecord, type ObservedStatus, type StoredRun } from "@ice/core";
import { finishInTurns, fromRunDocument, isPlainObject, listNames } from "@ice/core/internal";
import { historyOf, type AttemptState, type RunHistory } from "../history/history.ts";
import { openRequests } from "../history/stored-result.ts";
import type { NodePlan, ScopePlan } from "../plan/plan.ts";
import { currentDocument } from "../plan/run-document.ts";
import { decideJoin } from "../scheduling/join.ts";
import type { Engine } from "./engine.ts";
import { hasCome, waitsFor } from "./explained-waits.ts";

const skipReasons: Readonly<Record<NonNullable<NodeRecord["skipReason"]>, string>> = {
  whenFalse: "its `when` was false",
  dependencySkipped: "its join can no longer be satisfied: too many of its dependencies were skipped",
  dependencyFailed: "its join can no longer be satisfied: one of its dependencies failed",
  branchNotTaken: "another path was chosen",
  errorIgnored: "it failed, and `onError: skip` ignored the failure",
  runStopped: "the run, or the container of the node, had stopped before it could start",
};

/** For each node that has not run: the condition that is not met. Nested nodes are included once their container has started. */
export async function explainRun(engine: Engine, runId: string): Promise<readonly Explanation[]> {
  const stored = await engine.store.read(runId);
  const history = await finishInTurns(historyOf(stored), engine.pace.slice);
  const { status } = stored;
  const next = await nextOf(engine, stored);
  const waits = new Map(
    openRequests(stored, history).map(({ path, wait }) => [
      path,
      hasCome(wait, stored, history, { now: engine.now(), next }) ?? waitsFor(wait),
    ]),
  );
  const explainer = new Explainer(history, waits, await takersOf(engine, runId, history), { status, next });
  try {
    const { root } = await engine.compiler.planOf(stored);
    for (const node of root.nodes) explainer.explain(node, root, "");
  } catch (error) {
    if (!IceError.is(error) || error.code !== "ICE_BLUEPRINT_INVALID") throw error;
    explainer.explainRecorded(topIdsOf(stored), error.message.replace(/\.$/, ""));
  }
  return explainer.found;
}

/** What has to happen for a run to go on. */
async function nextOf({ store }: Engine, { runId, status }: StoredRun): Promise<string> {
  const blocked = store.dispatcher === undefined ? undefined : (await store.summary(runId)).blocked;
  if (blocked !== undefined)
    return `a worker takes the run that can go on with it; the last one could not: ${blocked.message}`;
  if (status === "queued") return "a worker takes the run";
  return status === "running" ? "the run continues" : "the run is resumed";
}

/** Ids of the nodes of a blueprint, or the workflows of a network, that are not inside others. */
function topIdsOf(stored: StoredRun): readonly string[] {
  const { blueprint } = fromRunDocument(currentDocument(stored).data);
  if (!isPlainObject(blueprint)) return [];
  const nodes = blueprint[stored.kind === "network" ? "workflows" : "nodes"];
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node) => (isPlainObject(node) && typeof node["id"] === "string" ? [node["id"]] : []));
}

/** The workers that execute placed nodes, by the path of the node. */
async function takersOf(
  { store: { dispatcher } }: Engine,
  runId: string,
  history: RunHistory,
): Promise<ReadonlyMap<string, string>> {
  const placed = history.inFlight().filter(({ place }) => place !== undefined);
  if (placed.length === 0 || dispatcher === undefined) return new Map();
  const workers = await dispatcher.workersOf(runId, placed);
  return new Map(workers.flatMap((worker, at) => (worker === undefined ? [] : [[placed[at]!.path, worker] as const])));
}

/** The queue in which an attempt was placed that has not ended. */
const placeOf = ({ started, failed }: AttemptState): string | undefined =>
  started !== undefined && started.attempt > (failed?.attempt ?? 0) ? started.place : undefined;

class Explainer {
  readonly found: Explanation[] = [];
  readonly #history: RunHistory;
  readonly #waits: ReadonlyMap<string, string>;
  readonly #takers: ReadonlyMap<string, string>;
  readonly #status: ObservedStatus;
  readonly #next: string;

  /**
   * @param waits - what nodes wait for, by their path.
   * @param takers - workers that execute placed nodes, by the path of the node.
   * @param run - its status, and what has to happen for it to go on.
   */
  constructor(
    history: RunHistory,
    waits: ReadonlyMap<string, string>,
    takers: ReadonlyMap<string, string>,
    { status, next }: { readonly status: ObservedStatus; readonly next: string },
  ) {
    this.#history = history;
    this.#waits = waits;
    this.#takers = takers;
    this.#status = status;
    this.#next = next;
  }

  explain(node: NodePlan, scope: ScopePlan, prefix: string): void {
    const path = prefix + node.id;
    const record = this.#history.nodes.get(path);
    if (record !== undefined) {
      const { skipReason, error } = record;
      if (skipReason === undefined) return;
      const why = skipReasons[skipReason] + this.#culprits(node, scope, prefix, skipReason);
      this.found.push({ path, status: "skipped", reason: error === undefined ? why : `${why} (${error.code})` });
      return;
    }
    const wait = this.#waits.get(path);
    const state = this.#history.attemptState(path);
    const place = state && placeOf(state);
    if (wait !== undefined) this.found.push({ path, status: "waiting", reason: wait });
    else if (place !== undefined) this.found.push({ path, ...this.#placed(path, place) });
    else if (state?.started !== undefined) {
      const status = node.resumable ? "waiting" : "running";
      this.found.push({ path, status, reason: this.#inProgress(node, state) });
      this.#explainChildren(node, path);
    } else this.found.push({ path, status: "pending", reason: this.#pending(node, scope, prefix) });
  }

  /**
   * The same where the blueprint cannot be compiled: what the records say.
   *
   * @param ids - of the nodes that are not inside others.
   * @param why - it cannot be compiled.
   */
  explainRecorded(ids: readonly string[], why: string): void {
    const history = this.#history;
    const inFlight = history.inFlight().map(({ path }) => path);
    for (const path of new Set([...ids, ...this.#waits.keys(), ...inFlight])) {
      const record = history.nodes.get(path);
      const state = history.attemptState(path);
      const place = state && placeOf(state);
      const wait = this.#waits.get(path);
      if (record?.skipReason !== undefined)
        this.found.push({ path, status: "skipped", reason: skipReasons[record.skipReason] });
      else if (record !== undefined) continue;
      else if (wait !== undefined) this.found.push({ path, status: "waiting", reason: wait });
      else if (place !== undefined) this.found.push({ path, ...this.#placed(path, place) });
      else if (state?.started !== undefined)
        this.found.push({ path, status: "running", reason: `has started, but not ended; ${why}` });
      else this.found.push({ path, status: "pending", reason: `has not started; ${why}` });
    }
  }

  #placed(path: string, place: string): Pick<Explanation, "status" | "reason"> {
    const worker = this.#takers.get(path);
    if (worker !== undefined) return { status: "running", reason: `is executed by the worker ${worker}` };
    const provided = listNames(place.split("+"));
    return { status: "waiting", reason: `waits in the queue "${place}" for a worker that provides ${provided}` };
  }

  #inProgress(node: NodePlan, { failed }: AttemptState): string {
    if (failed !== undefined) return `waits for attempt ${failed.attempt + 1} after ${failed.error.code}`;
    if (node.definition.observes) return `watches; it continues when ${this.#next}`;
    if (node.definition.suspends && !node.isContainer) return `has its answer: it continues when ${this.#next}`;
    if (node.resumable) return "waits for the nodes inside it";
    if (this.#status === "running") return "is running";
    const goesOn = this.#status === "queued" || this.#status === "interrupted" || this.#status === "suspended";
    return goesOn
      ? `was running when its process ended: it runs again when ${this.#next}`
      : "was running when the run ended";
  }

  #explainChildren(node: NodePlan, path: string): void {
    const history = this.#history;
    const prefixes = history.prefixesBelow(path);
    for (const group of node.children.values())
      for (const prefix of prefixes)
        if (
          history.outcomesIn(prefix).some((outcome) => group.positions.has(outcome.path.slice(prefix.length))) ||
          group.nodes.some(({ id }) => history.attemptState(prefix + id) !== undefined)
        )
          for (const child of group.nodes) this.explain(child, group, prefix);
    if (node.workflow !== undefined)
      for (const prefix of prefixes)
        for (const child of node.workflow().root.nodes) this.explain(child, node.workflow().root, prefix);
  }

  /** The dependencies because of which a join could not hold. */
  #culprits(node: NodePlan, scope: ScopePlan, prefix: string, reason: string): string {
    if (reason !== "dependencyFailed" && reason !== "dependencySkipped") return "";
    const culprits = node.dependencies
      .map((position) => scope.nodes[position]!.id)
      .filter((id) => this.#history.nodes.get(prefix + id)?.status !== "completed");
    return `: ${listNames(culprits)}`;
  }

  #pending(node: NodePlan, scope: ScopePlan, prefix: string): string {
    const open: string[] = [];
    let completed = 0;
    let failed = 0;
    for (const position of node.dependencies) {
      const { id } = scope.nodes[position]!;
      const status = this.#history.nodes.get(prefix + id)?.status;
      if (status === undefined) open.push(id);
      else if (status === "completed") completed += 1;
      else if (status === "failed") failed += 1;
    }
    const arrivals = { total: node.dependencies.length, open: open.length, completed, failed };
    if (decideJoin(node.join, arrivals) === "run") return `is ready: it starts as soon as ${this.#next}`;
    const join = typeof node.join === "string" ? node.join : `atLeast ${node.join.atLeast}`;
    return `waits for ${listNames(open)}${join === "all" ? "" : ` (join: ${join})`}`;
  }
}
