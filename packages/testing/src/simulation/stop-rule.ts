import type { JournalRecord, JournalRecordOf, JsonObject } from "@ice/core";
import { isBelow } from "./node-index.ts";
import type { Observed, Rule } from "./rule.ts";

/** Something in a run in which nothing starts any more, unless it cleans up. */
interface Stopped {
  /** Prefix of the paths of a workflow, which ends with a dot or is empty, or the path of a container. */
  readonly path: string;
  /** Of a container: the list that is over. Default: all of them. */
  readonly group?: string | undefined;
  /** Path of the node that has ended the workflow. */
  readonly endedBy?: string | undefined;
  readonly code?: string | undefined;
  /** Whether it is a race: what has lost goes on until that is durable, and learns of it in the same millisecond. */
  readonly isRace?: boolean | undefined;
  /** When that became durable, in epoch milliseconds. */
  durableAt?: number;
}

/**
 * Once it is recorded that a workflow, a container, a race or the body of a scope is over, nothing starts in it but what cleans up, and
 * what is in flight ends as cancelled.
 */
export class StopRule implements Rule {
  readonly #observed: Observed;
  #stops: Stopped[] = [];

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  onAppend(record: JournalRecord): void {
    // Its process has lost the run, and takes it over again.
    if (record.kind === "resumed") this.onCrash();
    if (record.kind === "outcome") this.#checkOutcome(record);
    if (record.kind === "attemptFailed" && record.children)
      this.#stops = this.#stops.filter(({ path }) => path !== record.path && !isBelow(path, record.path));
    const stop = this.#stopBy(record);
    if (stop !== undefined) this.#stops.push(stop);
  }

  onDurable(record: JournalRecord): void {
    const stop = this.#stopBy(record);
    for (const known of this.#stops)
      if (stop !== undefined && known.path === stop.path && known.group === stop.group)
        known.durableAt ??= this.#observed.now();
  }

  onCrash(): void {
    this.#stops = this.#stops.filter(({ durableAt }) => durableAt !== undefined);
  }

  onCall(path: string): void {
    const stop = this.#stopAround(path);
    if (stop !== undefined) this.#observed.violation(`${path} starts although "${stop.path}" is over`);
  }

  #stopBy(record: JournalRecord): Stopped | undefined {
    if (record.kind === "stopped") {
      const { path, end, error } = record;
      return { path, endedBy: end?.path, code: error?.code };
    }
    if (record.kind !== "checkpoint") return undefined;
    const { path } = record;
    const { type } = this.#observed.nodes.at(path).node;
    if (type === "scope") return { path, group: "body" };
    return type === "parallel" || type === "loop" ? { path, isRace: true } : undefined;
  }

  #stopAround(path: string): Stopped | undefined {
    const { nodes } = this.#observed;
    return this.#stops.find(
      (stop) =>
        (stop.isRace !== true || (stop.durableAt ?? Infinity) < this.#observed.now()) &&
        (stop.path === "" || (stop.path.endsWith(".") ? path.startsWith(stop.path) : isBelow(path, stop.path))) &&
        (stop.group === undefined || nodes.groupIn(stop.path, path) === stop.group) &&
        !nodes.cleansUp(path, stop.path),
    );
  }

  #checkOutcome({ path, node }: JournalRecordOf<"outcome">): void {
    const { status, error, type } = node;
    if (type === "monitor") return; // it may end with the check that stops the run
    if (status === "cancelled" || status === "skipped" || error?.code === "ICE_CLEANUP_FAILED") return;
    const stop = this.#stopAround(path);
    // The failure over a budget is recorded after the stop that it causes.
    if (stop === undefined || stop.endedBy === path || (error !== undefined && error.code === stop.code)) return;
    this.#observed.violation(`${path} is ${status} although "${stop.path}" is over`);
  }
}

/** Types that record one decision in each attempt. */
const decides = ["scope", "switch", "parallel", "loop"];

/** What is decided once stays: which branches or items have won, which case was chosen, how a body has ended. */
export class DecisionRule implements Rule {
  readonly #observed: Observed;
  readonly #decisions = new Map<string, JsonObject>();

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  onDurable(record: JournalRecord): void {
    if (record.kind === "attemptFailed")
      for (const path of this.#decisions.keys())
        if (path === record.path || (record.children && isBelow(path, record.path))) this.#decisions.delete(path);
    if (record.kind === "checkpoint") this.#decide(record);
    if (record.kind === "outcome") this.#checkWinners(record);
  }

  onCall(path: string): void {
    for (const [container, { index }] of this.#decisions) {
      if (index === undefined || !isBelow(path, container)) continue;
      const taken = index === null ? "otherwise" : `cases.${String(index)}`;
      const group = this.#observed.nodes.groupIn(container, path);
      if (group !== taken) this.#observed.violation(`${path} runs in ${group}, chosen is ${taken}`);
    }
  }

  #decide({ path, value }: JournalRecordOf<"checkpoint">): void {
    const { type } = this.#observed.nodes.at(path).node;
    if (!decides.includes(type)) return;
    const before = this.#decisions.get(path);
    const decision = value as JsonObject;
    // A scope records once more how its body has ended when the time for its cleanup has passed.
    const isSame = type === "scope" && JSON.stringify(before?.["error"]) === JSON.stringify(decision["error"]);
    if (before !== undefined && !isSame) this.#observed.violation(`${path} decides twice`);
    this.#decisions.set(path, decision);
  }

  /** Exactly the winners are in the output, and the number of them is the one asked for. */
  #checkWinners({ path, node: { status, output, recovered = false } }: JournalRecordOf<"outcome">): void {
    const { node } = this.#observed.nodes.at(path);
    const { settle = "all", mergeOutputs } = node as { settle?: unknown; mergeOutputs?: boolean };
    if (settle === "all" || status !== "completed" || recovered) return;
    const winners = this.#decisions.get(path)?.["winners"] as number[] | undefined;
    const needed = settle === "first" ? 1 : (settle as { readonly atLeast: number }).atLeast;
    const all = node.type === "parallel" ? (node["branches"] as unknown[]).length : (output as unknown[]).length;
    if (winners === undefined) {
      if (needed < all) this.#observed.violation(`${path} completed without a decision`);
      return;
    }
    if (winners.length !== needed) this.#observed.violation(`${path} has ${winners.length} winners of ${needed}`);
    if (node.type === "parallel" && mergeOutputs !== false) return;
    for (const [index, entry] of (output as unknown[]).entries())
      if (entry !== null && !winners.includes(index))
        this.#observed.violation(`${path} has the output of ${index}, which has not won`);
  }
}
