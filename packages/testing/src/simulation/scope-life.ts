import type { ErrorRecord, NodeRecord } from "@ice/core";
import { isCleanupGroup, type IndexedNode } from "./node-index.ts";

const cleanupFailed = "ICE_CLEANUP_FAILED";
/** The default of `cleanupSeconds`. */
const defaultCleanupSeconds = 60;
/** The lists of a scope in the order in which they run. */
const phases = ["body", "compensate", "catch", "finally"];
const phaseOf = (group: string): number => phases.indexOf(group.replace(/\..*/s, ""));

/** How one attempt of a scope has ended, from its record. */
export interface ScopeEnd {
  readonly status: "completed" | "failed" | "cancelled";
  /** In epoch milliseconds. */
  readonly at: number;
  /** Of a failure, also of one that was caught or ignored. */
  readonly error?: ErrorRecord | undefined;
  /** How an `end` node in its body or in its `catch` has ended the workflow. */
  readonly endedInside?: { readonly group: string | undefined; readonly hasFailed: boolean } | undefined;
}

/** One attempt of a scope: what has happened in which of its lists. */
export class ScopeLife {
  readonly problems: string[] = [];
  readonly path: string;
  readonly #scope: IndexedNode;
  /** Time at which the last node of the body ended, in epoch milliseconds. */
  bodyEndedAt = 0;
  #hasBegun = false;
  /** Lists in the order in which something happened in them; not those whose nodes were all skipped. */
  readonly #ran: string[] = [];
  /** Outcomes of the nodes of its lists, in the order of their records. */
  readonly #outcomes = new Map<string, NodeRecord & { readonly group: string }>();

  constructor(path: string, scope: IndexedNode) {
    this.path = path;
    this.#scope = scope;
  }

  get hasBegun(): boolean {
    return this.#hasBegun || this.#ran.length > 0;
  }

  /** Something happens below a node of a list. */
  touch(group: string): void {
    if (group === "body") this.#hasBegun = true;
    const last = this.#ran.at(-1);
    if (last === group) return;
    if (this.#ran.includes(group)) this.problems.push(`${group} goes on after ${last}`);
    else if (last !== undefined && phaseOf(group) < phaseOf(last)) this.problems.push(`${group} runs after ${last}`);
    this.#ran.push(group);
  }

  /** A node of a list has ended, or was skipped. */
  end(id: string, group: string, node: NodeRecord, at: number): void {
    if (node.attempts > 0 || node.cached === true) this.touch(group);
    this.#outcomes.set(id, { ...node, group });
    if (group === "body" && node.status !== "skipped") this.bodyEndedAt = at;
  }

  /** The attempt has ended: checks that everything was done that has to be, and nothing else. */
  close(end: ScopeEnd): void {
    const { error, status } = end;
    const ownFailure = error?.code === cleanupFailed && error.path === this.path;
    const mayBeCut = ownFailure && this.#hasReachedLimit(end.at);
    this.#checkCompensation(end, mayBeCut);
    const isClean = !this.#failedIn(isCleanupGroup);
    if (!isClean && !ownFailure) this.problems.push(`is ${status}, although cleaning up has failed`);
    if (isClean && ownFailure && !mayBeCut) this.problems.push("could not clean up, although nothing has failed");
    if (this.hasBegun || status === "completed") this.#requireList("finally");
    this.#checkCatch(end, ownFailure);
  }

  /** Whether cleaning up may have been cut: there was time to reach its limit. */
  #hasReachedLimit(now: number): boolean {
    const seconds = Number(this.#scope.node["cleanupSeconds"] ?? defaultCleanupSeconds);
    return now - this.bodyEndedAt >= seconds * 1000;
  }

  #checkCompensation(end: ScopeEnd, mayBeCut: boolean): void {
    const isCompensation = (group: string): boolean => group.startsWith("compensate.");
    const ran = this.#ran.filter(isCompensation);
    const ended = new Set([...this.#outcomes.values()].map(({ group }) => group).filter(isCompensation));
    const completed = [...this.#outcomes].filter(([, { group, status }]) => group === "body" && status === "completed");
    const wanted = completed
      .map(([id]) => `compensate.${id}`)
      .filter((group) => this.#scope.groups.has(group))
      .toReversed();
    const isUndone = this.#isUndone(end);
    const expected = isUndone === false || (isUndone === undefined && ended.size === 0) ? [] : wanted;
    const complete = mayBeCut ? expected.slice(0, ended.size) : expected;
    // What has only begun when it is cut, and is not recorded, is not begun again.
    const counted = mayBeCut ? ran.filter((group) => ended.has(group)) : ran;
    const isInOrder = counted.join() === complete.filter((group) => ran.includes(group)).join();
    if (!isInOrder || ended.size !== complete.length || !complete.every((group) => ended.has(group)))
      this.problems.push(`undid [${ran.join()}] of [${[...ended].join()}], not [${complete.join()}]; is ${end.status}`);
    for (const group of ended) this.#requireList(group);
  }

  /** Whether its effects have to be undone; undefined if the record does not show it. */
  #isUndone({ status, error, endedInside }: ScopeEnd): boolean | undefined {
    if (endedInside !== undefined) return endedInside.group !== "body" || endedInside.hasFailed;
    if (error?.code === cleanupFailed && error.path === this.path)
      return error.details?.["first"] !== undefined || this.#wasLeft() || undefined;
    if (error !== undefined) return true;
    if (status === "completed") return false;
    // It may have been stopped after the body had ended.
    return this.#wasLeft() || undefined;
  }

  /** Whether the body has ended before all of its nodes had. */
  #wasLeft(): boolean {
    const ended = [...this.#outcomes.values()].filter(({ group }) => group === "body");
    const isWhole = ended.length === this.#scope.groups.get("body")!.length;
    const isStopped = ({ status, skipReason }: NodeRecord): boolean =>
      status === "failed" || status === "cancelled" || skipReason === "runStopped";
    return !isWhole || ended.some(isStopped);
  }

  #checkCatch({ status, error, endedInside }: ScopeEnd, ownFailure: boolean): void {
    const handler = this.#scope.node["catch"] as { readonly codes?: readonly string[] } | undefined;
    const ran = [...this.#outcomes.values()].some(({ group }) => group === "catch");
    if (handler === undefined || endedInside !== undefined) return;
    if (ran && status === "completed" && error === undefined) this.problems.push("caught nothing, but ran `catch`");
    if (ran && status === "completed" && error !== undefined) this.#requireList("catch");
    if (!this.hasBegun || status === "cancelled" || error === undefined || ownFailure) return;
    const isFirst = error.details?.["first"] === undefined;
    if (!ran && isFirst && handler.codes === undefined) this.problems.push(`did not catch ${error.code}`);
  }

  #failedIn(inGroup: (group: string) => boolean): boolean {
    return [...this.#outcomes.values()].some(({ group, status }) => inGroup(group) && status === "failed");
  }

  #requireList(group: string): void {
    const missing = (this.#scope.groups.get(group) ?? []).filter(({ id }) => !this.#outcomes.has(id));
    if (missing.length > 0) this.problems.push(`ended before ${missing.map(({ id }) => id).join()} in ${group}`);
  }
}
