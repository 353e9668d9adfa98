import type { JournalRecord, NodeRecord, RunEvent, ToolContext } from "@ice/core";
import { problemOfEvent } from "@ice/core/internal";
import type { IndexedNode } from "./node-index.ts";
import { StepChecker } from "./step-checker.ts";

/** Observes one run across its processes, and collects every violation of the guarantees. */
export class Checker {
  readonly violations: string[] = [];
  /** Records, events and calls, in order; equal for equal seeds. */
  readonly log: string[] = [];
  /** What models and their tools do. */
  readonly steps = new StepChecker(this);
  /** Paths of completed nodes that add a turn to a conversation in the store. */
  readonly turns = new Set<string>();
  /** Number of tool calls by nodes. */
  calls = 0;
  /** Number of tool calls that have not returned. */
  running = 0;
  readonly #nodes: ReadonlyMap<string, IndexedNode>;
  /** Durable outcomes by path, without those that a later attempt of their container replaced. */
  readonly #outcomes = new Map<string, NodeRecord>();
  /** Skips that were appended. They follow from other outcomes, so nothing waits until they are durable. */
  readonly #skips = new Set<string>();
  readonly #attempts = new Map<string, number>();
  readonly #keys = new Map<string, string>();
  /** Calls by path, of all attempts. */
  readonly #callsAt = new Map<string, number>();
  readonly #failingCall: number | undefined;
  #ended = false;
  #seq = 0;

  constructor(nodes: ReadonlyMap<string, IndexedNode>, failingCall: number | undefined) {
    this.#nodes = nodes;
    this.#failingCall = failingCall;
  }

  reportViolation(violation: string): void {
    this.violations.push(violation);
    this.log.push(`VIOLATION ${violation}`);
  }

  onAppend(record: JournalRecord): void {
    this.steps.onAppend(record);
    if (record.kind === "outcome" && record.node.attempts === 0) this.#skips.add(record.path);
    if (record.kind === "attemptFailed" && record.children) forgetBelow(this.#attempts, record.path);
  }

  onDurable(record: JournalRecord): void {
    this.log.push(JSON.stringify(record));
    this.steps.onDurable(record);
    if (this.#ended) this.reportViolation(`a record after the end: ${JSON.stringify(record)}`);
    if (record.kind === "ended") this.#ended = true;
    if (record.kind === "attemptFailed" && record.children) {
      forgetBelow(this.#outcomes, record.path);
      forgetBelow(this.#attempts, record.path);
    }
    if (record.kind !== "outcome") return;
    if (this.#outcomes.has(record.path)) this.reportViolation(`${record.path} has two outcomes`);
    this.#outcomes.set(record.path, record.node);
    const { status, recovered = false } = record.node;
    if (status === "completed" && !recovered && this.#nodeAt(record.path).keepsTurn) this.turns.add(record.path);
  }

  onEvent(event: RunEvent): void {
    const { type, path, seq, attempt } = event;
    this.log.push(`${seq} ${event.at} ${type} ${path ?? ""} ${attempt ?? ""} ${JSON.stringify(event.data)}`);
    if (seq <= this.#seq) this.reportViolation(`event ${seq} ${type} came after event ${this.#seq}`);
    this.#seq = seq;
    this.steps.onEvent(event);
    const problem = problemOfEvent(event);
    if (problem !== undefined) this.reportViolation(problem);
  }

  /**
   * Called when a tool is called. Returns `before`, the number of earlier calls at this path, and `fails`, whether this call must
   * fail.
   */
  onCall(
    { path, attempt, idempotencyKey }: ToolContext,
    tool: string,
  ): { readonly before: number; readonly fails: boolean } {
    this.log.push(`call ${tool} ${path} attempt ${attempt}`);
    const external = tool === "effect";
    if (this.#ended) this.reportViolation(`${path} ran after the end of the run`);
    for (let at = path.length; at > 0; at = path.lastIndexOf(".", at - 1)) this.#checkTurn(path.slice(0, at), external);
    const last = this.#attempts.get(path) ?? 0;
    if (attempt < last || (external && attempt === last))
      this.reportViolation(`${path} ran attempt ${attempt} after attempt ${last}`);
    this.#attempts.set(path, attempt);
    const key = this.#keys.get(path) ?? idempotencyKey;
    if (key !== idempotencyKey) this.reportViolation(`${path} has changed its idempotency key`);
    this.#keys.set(path, key);
    const before = this.#callsAt.get(path) ?? 0;
    this.#callsAt.set(path, before + 1);
    this.calls += 1;
    return { before, fails: this.calls === this.#failingCall };
  }

  #nodeAt(path: string): IndexedNode {
    return this.#nodes.get(path.slice(path.lastIndexOf(".") + 1).replace(/\[\d+\]$/, ""))!;
  }

  /** Checks that a node, or a container of it, may run: it has no outcome, and its dependencies have theirs. */
  #checkTurn(path: string, external: boolean): void {
    if (this.#outcomes.has(path)) this.reportViolation(`${path} ran although its outcome is recorded`);
    const idAt = path.lastIndexOf(".") + 1;
    const prefix = path.slice(0, idAt);
    const { dependencies, join } = this.#nodeAt(path);
    const ends = dependencies.map((id) => this.#outcomes.get(prefix + id));
    const needed = join === "any" ? 1 : typeof join === "object" ? join.atLeast : undefined;
    if (needed !== undefined) {
      const completed = ends.filter((end) => end?.status === "completed").length;
      if (completed < Math.min(needed, dependencies.length))
        this.reportViolation(`${path} ran after ${completed} of ${needed} dependencies`);
      return;
    }
    for (const [index, end] of ends.entries()) {
      const dependency = prefix + dependencies[index]!;
      if (end === undefined && (external || !this.#skips.has(dependency)))
        this.reportViolation(`${path} ran before the outcome of ${dependency} was durable`);
    }
  }
}

function forgetBelow(map: Map<string, unknown>, path: string): void {
  for (const key of map.keys())
    if (key.startsWith(path) && (key[path.length] === "." || key[path.length] === "[")) map.delete(key);
}
