import type { JournalRecord, JournalRecordOf, Json, JsonObject, NodeRecord, StoredRun, Usage } from "@ice/core";
import { isBelow } from "@ice/core/internal";
import type { Steps } from "@ice/core/internal";
import { prefixOf } from "../journal/paths.ts";
import { Crashes } from "./crashes.ts";
import { scopePrefixesOf } from "./scope-prefixes.ts";
import { StepLog } from "./step-log.ts";
import { countUsage, type UsageCount } from "./usage.ts";

type Outcome = JournalRecordOf<"outcome">;

/** Records of an attempt that was started and has no outcome. */
export interface AttemptState {
  /** The last attempt that was started. */
  readonly started?: JournalRecordOf<"started">;
  /** The last attempt that failed. */
  readonly failed?: JournalRecordOf<"attemptFailed">;
  /** Number of siblings with an outcome when it first started. */
  readonly after: number;
}

/** Records that are read between two pauses: about 50 µs. */
const recordsBetweenPauses = 50;

/** Reads the records of a run. O(records). */
export function* historyOf({ records, startedAt }: Pick<StoredRun, "records" | "startedAt">): Steps<RunHistory> {
  const history = new RunHistory(startedAt);
  for (const [index, record] of records.entries()) {
    if (index % recordsBetweenPauses === 0) yield;
    history.add(record);
  }
  return history;
}

/** The records that earlier processes appended to a run, by path. Created by `historyOf` when a run is resumed or shown. */
export class RunHistory {
  /** Outcomes by path, in the order in which they were recorded, without those that a later attempt of a container replaced. */
  readonly nodes = new Map<string, NodeRecord>();
  /** Retries that were scheduled. */
  retries = 0;
  /** When the last process took over the run, how long earlier ones were active, and when the last record was appended. */
  #sessionStart: number;
  #earlierMs = 0;
  #last: number;
  readonly #scopes = new Map<string, Outcome[]>();
  readonly #attempts = new Map<string, AttemptState>();
  readonly #requests = new Map<string, JournalRecordOf<"waiting">[]>();
  readonly #requestsMade = new Map<string, number>();
  /** Ids of signals that were taken, also by attempts that were replaced. */
  readonly taken = new Set<string>();
  readonly #crashes = new Crashes();
  readonly #stopped = new Map<string, JournalRecordOf<"stopped">>();
  readonly #checkpoints = new Map<string, Json>();
  readonly steps = new StepLog();
  /** By container; created when first used. */
  #prefixes: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Paths that recorded a checkpoint since the run was last paused. */
  readonly #keptSincePause = new Set<string>();
  /** Total usage, and the number of nodes that ran. */
  readonly #total = { nodes: 0, usage: {} as UsageCount };
  readonly #spent: { readonly path: string; readonly nodes: number; readonly usage: Partial<Usage> }[] = [];

  constructor(startedAt: number) {
    this.#sessionStart = startedAt;
    this.#last = startedAt;
  }

  /** How long earlier processes were active, in milliseconds. */
  get activeMs(): number {
    return this.#earlierMs + Math.max(0, this.#last - this.#sessionStart);
  }

  /** Outcomes of the nodes of one scope, in the order in which they were recorded. */
  outcomesIn(prefix: string): readonly Outcome[] {
    return this.#scopes.get(prefix) ?? [];
  }

  /** Prefixes of the scopes directly inside a container that have records. */
  prefixesBelow(container: string): readonly string[] {
    return [...((this.#prefixes ??= this.#findPrefixes()).get(container) ?? [])];
  }

  /** Whether a scope directly inside a container has records. */
  hasBegun(container: string, prefix: string): boolean {
    return (this.#prefixes ??= this.#findPrefixes()).get(container)?.has(prefix) === true;
  }

  #findPrefixes(): ReadonlyMap<string, ReadonlySet<string>> {
    return scopePrefixesOf([...this.nodes.keys(), ...this.#attempts.keys()]);
  }

  attemptState(path: string): AttemptState | undefined {
    return this.#attempts.get(path);
  }

  /** Fields of the node as they were evaluated when it started. */
  fieldsOf(path: string): JsonObject | undefined {
    return this.#attempts.get(path)?.started?.fields;
  }

  /** Requests of its current attempt, oldest first. */
  requestsOf(path: string): readonly JournalRecordOf<"waiting">[] {
    return this.#requests.get(path) ?? [];
  }

  /** How many processes have ended without releasing the run while they executed the node, the last one included. */
  crashesOf(path: string): number {
    return this.#crashes.of(path, () => this.inFlight().map((started) => started.path));
  }

  /** Whether the node, or a container around it, has an outcome. */
  isOver(path: string): boolean {
    if (this.nodes.has(path)) return true;
    const end = Math.max(path.lastIndexOf("."), path.lastIndexOf("["));
    return end > 0 && this.isOver(path.slice(0, end));
  }

  /** The last request of each path. */
  lastRequests(): JournalRecordOf<"waiting">[] {
    return [...this.#requests.values()].map((requests) => requests.at(-1)!);
  }

  /** Nodes that a resume enters again. */
  inProgress(): JournalRecordOf<"started">[] {
    return [...this.#attempts.values()]
      .map(({ started }) => started)
      .filter((started) => started?.fields !== undefined && !this.isOver(started.path)) as JournalRecordOf<"started">[];
  }

  /** Nodes without children whose attempt was started and has no recorded end. */
  inFlight(): JournalRecordOf<"started">[] {
    return [...this.#attempts.values()].flatMap(({ started, failed }) =>
      started === undefined ||
      started.fields !== undefined ||
      started.attempt <= (failed?.attempt ?? 0) ||
      this.isOver(started.path)
        ? []
        : [started],
    );
  }

  /** All requests of the path, of every attempt. */
  requestsMade(path: string): number {
    return this.#requestsMade.get(path) ?? 0;
  }

  /** The last checkpoint of each path, in the order of the first. */
  get checkpoints(): ReadonlyMap<string, Json> {
    return this.#checkpoints;
  }

  /** Whether the last checkpoint of the path is newer than the last pause of the run. */
  isKeptSincePause(path: string): boolean {
    return this.#keptSincePause.has(path);
  }

  /** Why a workflow was stopped as a whole, by the prefix of its paths, or the attempt of a node with children, by its path. */
  stopOf(prefix: string): JournalRecordOf<"stopped"> | undefined {
    return this.#stopped.get(prefix);
  }

  /** Usage of the nodes below a prefix, and how many ran. Replaced attempts count too. */
  spentBelow(prefix: string): { readonly nodes: number; readonly usage: Partial<Usage> } {
    if (prefix === "") return this.#total;
    const usage: UsageCount = {};
    let nodes = 0;
    for (const spent of this.#spent) {
      if (!spent.path.startsWith(prefix)) continue;
      nodes += spent.nodes;
      for (const [key, amount] of Object.entries(spent.usage)) countUsage(usage, key as keyof Usage, amount);
    }
    return { nodes, usage };
  }

  /** Discards what the last attempt kept and, with `children`, everything below the path. O(paths). */
  forgetAttempt(path: string, children: boolean): void {
    this.#checkpoints.delete(path);
    this.#stopped.delete(path);
    if (!children) return;
    this.steps.forget(path);
    this.#prefixes = undefined;
    for (const map of [this.nodes, this.#scopes, this.#attempts, this.#requests, this.#checkpoints, this.#stopped])
      for (const key of map.keys()) if (isBelow(key, path)) map.delete(key);
  }

  #spend(spent: { readonly path: string; readonly nodes: number; readonly usage: Partial<Usage> }): void {
    this.#spent.push(spent);
    this.#total.nodes += spent.nodes;
    for (const [key, amount] of Object.entries(spent.usage)) countUsage(this.#total.usage, key as keyof Usage, amount);
  }

  /** Adds the next record. */
  add(record: JournalRecord): void {
    this.#crashes.add(record, () => this.inFlight().map(({ path }) => path));
    if (record.kind === "resumed") {
      this.#earlierMs += Math.max(0, this.#last - this.#sessionStart);
      this.#sessionStart = record.at;
    }
    this.#last = record.at;
    switch (record.kind) {
      case "outcome": {
        const { path, node, usage = {} } = record;
        const prefix = prefixOf(path);
        const outcomes = this.#scopes.get(prefix);
        if (outcomes === undefined) this.#scopes.set(prefix, [record]);
        else outcomes.push(record);
        this.nodes.set(path, node);
        if (record.takes !== undefined) this.taken.add(record.takes);
        if (node.attempts > 0) this.#spend({ path, nodes: 1, usage });
        break;
      }
      case "started":
        this.#begin(record.path, { started: record });
        break;
      case "attemptFailed":
        this.#begin(record.path, { failed: record });
        this.#spend({ path: record.path, nodes: 0, usage: record.usage ?? {} });
        this.retries += 1;
        this.forgetAttempt(record.path, record.children);
        break;
      case "waiting": {
        const requests = this.#requests.get(record.path);
        if (requests === undefined) this.#requests.set(record.path, [record]);
        else requests.push(record);
        this.#requestsMade.set(record.path, record.request);
        break;
      }
      case "stopped":
        if (!this.#stopped.has(record.path)) this.#stopped.set(record.path, record);
        break;
      case "checkpoint":
        this.#checkpoints.set(record.path, record.value);
        this.#keptSincePause.add(record.path);
        break;
      case "step":
        this.steps.keep(record.path, record.key, record);
        this.#spend({ path: record.path, nodes: 0, usage: record.usage ?? {} });
        break;
      case "suspended":
        if (record.reason === "paused") this.#keptSincePause.clear();
        break;
    }
  }

  #begin(path: string, attempt: Omit<AttemptState, "after">): void {
    const { after = this.outcomesIn(prefixOf(path)).length, ...known } = this.#attempts.get(path) ?? {};
    this.#attempts.set(path, { ...known, ...attempt, after });
  }
}
