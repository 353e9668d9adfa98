import type { JournalRecord, JournalRecordOf, JsonObject } from "@ice/core";
import { isBelow, pathsTo } from "./node-index.ts";
import type { Observed, Rule } from "./rule.ts";
import { ScopeLife, type ScopeEnd } from "./scope-life.ts";

/**
 * After its body, a scope undoes what has completed, once, in the reverse order, if and only if it failed or was stopped; then it
 * catches, and cleans up. Nothing around it ends before.
 */
export class ScopeRule implements Rule {
  readonly #observed: Observed;
  /** Scopes in which something has happened, and that have not ended. */
  readonly #open = new Map<string, ScopeLife>();
  readonly #ends: JournalRecordOf<"stopped">[] = [];

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  onCall(path: string): void {
    this.#touch(path);
  }

  onDurable(record: JournalRecord): void {
    switch (record.kind) {
      case "stopped":
        if (record.end !== undefined) this.#ends.push(record);
        break;
      case "started":
      case "waiting":
      case "step":
        this.#touch(record.path);
        break;
      case "outcome":
        this.#onOutcome(record);
        break;
      case "attemptFailed":
        this.#touch(record.path);
        this.#closeAt(record.path, { status: "failed", at: record.at, error: record.error });
        if (record.error.code === "ICE_CLEANUP_FAILED") this.#report(record.path, "is tried again after its cleanup");
        break;
      case "ended":
        for (const path of this.#open.keys()) this.#report(path, "is open at the end of the run");
        break;
    }
  }

  #onOutcome({ path, node, at }: JournalRecordOf<"outcome">): void {
    const { status, error, attempts } = node;
    if (attempts > 0 || node.cached === true) this.#touch(path);
    const parent = pathsTo(path).at(-2);
    const group = this.#observed.nodes.at(path).group;
    if (parent !== undefined && group !== undefined && this.#isScope(parent))
      this.#lifeOf(parent).end(path.slice(parent.length + 1), group, node, at);
    if (status === "skipped" && error === undefined) return;
    this.#closeAt(path, { status: status === "skipped" ? "failed" : (status as ScopeEnd["status"]), at, error });
    if (error?.code === "ICE_BUDGET_EXCEEDED" && error.path === path && this.#observed.nodes.cleansUp(path))
      this.#report(path, "cleans up, and a budget refuses it");
  }

  /** A node has ended, or an attempt of it: what is inside has closed before. */
  #closeAt(path: string, end: ScopeEnd): void {
    for (const [inner, life] of this.#open)
      if (isBelow(inner, path)) {
        if (life.hasBegun) this.#report(inner, `is open after the end of ${path}`);
        this.#open.delete(inner);
      }
    if (!this.#isScope(path)) return;
    const life = this.#lifeOf(path);
    this.#open.delete(path);
    life.close({ ...end, endedInside: this.#endInside(path) });
    this.#checkSignal(life, end);
    for (const problem of life.problems) this.#report(path, problem);
  }

  #touch(path: string): void {
    for (const scope of pathsTo(path).slice(0, -1))
      if (this.#isScope(scope)) this.#lifeOf(scope).touch(this.#observed.nodes.groupIn(scope, path)!);
  }

  #isScope(path: string): boolean {
    return this.#observed.nodes.at(path).node.type === "scope";
  }

  #lifeOf(path: string): ScopeLife {
    const life = this.#open.get(path) ?? new ScopeLife(path, this.#observed.nodes.at(path));
    this.#open.set(path, life);
    return life;
  }

  /** How a node inside the scope has ended the workflow that both are in. */
  #endInside(path: string): ScopeEnd["endedInside"] {
    const stop = this.#ends.find((record) => path.startsWith(record.path) && isBelow(record.end!.path, path));
    if (stop === undefined) return undefined;
    const { path: at, output } = stop.end!;
    return { group: this.#observed.nodes.groupIn(path, at), hasFailed: (output as JsonObject)["status"] === "failed" };
  }

  /** A signal that cancels the scope does so whenever it came before the end of the body. */
  #checkSignal({ path, bodyEndedAt }: ScopeLife, { status, error }: ScopeEnd): void {
    const cancelOn = this.#observed.nodes.at(path).node["cancelOn"] as string | undefined;
    if (cancelOn === undefined || status !== "completed" || error !== undefined) return;
    const name = cancelOn.replaceAll(/[{}' ]/g, "");
    const { signals, noticeMs } = this.#observed;
    if (signals().some((signal) => signal.name === name && signal.at + noticeMs < bodyEndedAt))
      this.#report(path, `completed, although the signal "${name}" cancels it`);
  }

  #report(path: string, problem: string): void {
    this.#observed.violation(`the scope ${path} ${problem}`);
  }
}
