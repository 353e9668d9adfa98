import type { JournalRecord, JournalRecordOf, NodeRecord, RunEvent, ToolContext } from "@ice/core";
import { problemOfEvent } from "@ice/core/internal";
import { isBelow, pathsTo } from "./node-index.ts";
import type { Report } from "./report.ts";
import type { Observed, Rule } from "./rule.ts";
import { ScopeRule } from "./scope-rule.ts";
import { SignalRule } from "./signal-rule.ts";
import { StepChecker } from "./step-checker.ts";
import { DecisionRule, StopRule } from "./stop-rule.ts";

/** Observes one run across its processes, and reports every violation of the guarantees. */
export class Checker {
  /** What models and their tools do. */
  readonly steps: StepChecker;
  readonly signals: SignalRule;
  /** Paths of completed nodes that add a turn to a conversation in the store. */
  readonly turns = new Set<string>();
  /** Number of tool calls by nodes of the run. */
  calls = 0;
  /** Number of signals that its nodes have sent. */
  sent = 0;
  /** Number of durable records that say what nodes have done. */
  progress = 0;
  /** How the workflow of the run was ended by one of its nodes. */
  endedBy: JournalRecordOf<"stopped">["end"];
  readonly #report: Report;
  readonly #observed: Observed;
  readonly #rules: readonly Rule[];
  /** Durable outcomes by path, without those that a later attempt of their container replaced. */
  readonly #outcomes = new Map<string, NodeRecord>();
  /** Skips that were appended. They follow from other outcomes, so nothing waits until they are durable. */
  readonly #skips = new Set<string>();
  readonly #attempts = new Map<string, number>();
  /** Attempts of scopes after the first, by path. */
  readonly #repeats = new Map<string, number>();
  /** By what identifies an effect, and the other way round. */
  readonly #keys = new Map<string, string>();
  readonly #effects = new Map<string, string>();
  /** Calls by path, of all attempts. */
  readonly #callsAt = new Map<string, number>();
  readonly #failingCall: number | undefined;
  #ended = false;
  #seq = 0;

  constructor(report: Report, observed: Observed, failingCall: number | undefined) {
    this.#report = report;
    this.#observed = observed;
    this.#failingCall = failingCall;
    const stops = new StopRule(observed);
    this.signals = new SignalRule(observed);
    this.#rules = [stops, new DecisionRule(observed), new ScopeRule(observed), this.signals];
    this.steps = new StepChecker(report, (path) => stops.onCall(path));
  }

  onAppend(record: JournalRecord): void {
    this.steps.onAppend(record);
    for (const rule of this.#rules) rule.onAppend?.(record);
    if (record.kind === "outcome" && record.node.attempts === 0) this.#skips.add(record.path);
    if (record.kind === "attemptFailed" && record.children) forgetBelow(this.#attempts, record.path);
  }

  onDurable(record: JournalRecord): void {
    this.#report.log.push(JSON.stringify(record));
    if (record.kind === "started" || record.kind === "waiting" || record.kind === "outcome") this.progress += 1;
    this.steps.onDurable(record);
    for (const rule of this.#rules) rule.onDurable?.(record);
    if (this.#ended) this.#violation(`a record after the end: ${JSON.stringify(record)}`);
    if (record.kind === "ended") this.#ended = true;
    if (record.kind === "stopped" && record.path === "") this.endedBy ??= record.end;
    if (record.kind === "attemptFailed") this.#repeat(record);
    if (record.kind === "outcome") this.#onOutcome(record);
  }

  /** A process has ended. */
  onCrash(): void {
    this.steps.onCrash();
    for (const rule of this.#rules) rule.onCrash?.();
  }

  onEvent(event: RunEvent): void {
    const { type, path, seq, attempt } = event;
    // Its record is refused where the process has lost the run, and learns of it afterwards.
    if (type === "node.skipped") this.#skips.add(path);
    this.#report.log.push(`${seq} ${event.at} ${type} ${path ?? ""} ${attempt ?? ""} ${JSON.stringify(event.data)}`);
    if (seq <= this.#seq) this.#violation(`event ${seq} ${type} came after event ${this.#seq}`);
    this.#seq = seq;
    this.steps.onEvent(event);
    const problem = problemOfEvent(event);
    if (problem !== undefined) this.#violation(problem);
    if (type !== "tool.called" || event.data["tool"] !== "signal") return;
    this.sent += 1;
    for (const rule of this.#rules) rule.onCall?.(path);
  }

  /**
   * Called when a tool is called. Returns `before`, the number of earlier calls at this path, and `fails`, whether this call must
   * fail.
   */
  onCall(
    { path, attempt, idempotencyKey }: ToolContext,
    tool: string,
  ): { readonly before: number; readonly fails: boolean } {
    const external = tool === "effect";
    if (this.#ended) this.#violation(`${path} ran after the end of the run`);
    for (const rule of this.#rules) rule.onCall?.(path);
    this.#checkAttempt({ path, attempt, idempotencyKey }, external);
    return this.#countCall({ path, attempt }, tool);
  }

  /**
   * Called when a process calls a tool that cannot know how the run goes on: it has lost the run, or executes a node of it for its owner.
   *
   * @param isWanted - whether the run still waits for this attempt.
   */
  onRemoteCall(context: ToolContext, tool: string, isWanted: boolean): ReturnType<Checker["onCall"]> {
    if (isWanted) this.#checkAttempt(context, tool === "effect");
    return this.#countCall(context, tool);
  }

  #checkAttempt(
    { path, attempt, idempotencyKey }: Pick<ToolContext, "path" | "attempt" | "idempotencyKey">,
    external: boolean,
  ): void {
    for (const inner of pathsTo(path)) this.#checkTurn(inner, external);
    const last = this.#attempts.get(path) ?? 0;
    if (attempt < last || (external && attempt === last))
      this.#violation(`${path} ran attempt ${attempt} after attempt ${last}`);
    this.#attempts.set(path, attempt);
    this.#checkKey(path, idempotencyKey);
  }

  #countCall({ path, attempt }: Pick<ToolContext, "path" | "attempt">, tool: string): ReturnType<Checker["onCall"]> {
    this.#report.log.push(`call ${tool} ${path} attempt ${attempt}`);
    const before = this.#callsAt.get(path) ?? 0;
    this.#callsAt.set(path, before + 1);
    this.calls += 1;
    this.#report.calls += 1;
    return { before, fails: this.#report.calls === this.#failingCall };
  }

  /** An effect keeps its key. A repeated scope has other effects, and they have other keys. */
  #checkKey(path: string, key: string): void {
    const repeats = pathsTo(path).filter((inner) => this.#repeats.has(inner));
    const effect = [path, ...repeats.map((inner) => `${inner}#${this.#repeats.get(inner)}`)].join(" ");
    const known = this.#keys.get(effect) ?? key;
    if (known !== key) this.#violation(`${path} has changed its idempotency key`);
    this.#keys.set(effect, key);
    const other = this.#effects.get(key) ?? effect;
    if (other !== effect) this.#violation(`${path} has the idempotency key of another effect`);
    this.#effects.set(key, effect);
  }

  #violation(violation: string): void {
    this.#report.violation(violation);
  }

  #repeat({ path, attempt, children }: JournalRecordOf<"attemptFailed">): void {
    if (children) for (const map of [this.#outcomes, this.#attempts, this.#repeats]) forgetBelow(map, path);
    if (this.#observed.nodes.at(path).node.type === "scope") this.#repeats.set(path, attempt + 1);
  }

  #onOutcome({ path, node }: JournalRecordOf<"outcome">): void {
    const { status, output, recovered = false } = node;
    if (this.#outcomes.has(path)) this.#violation(`${path} has two outcomes`);
    for (const container of pathsTo(path).slice(0, -1))
      if (this.#outcomes.has(container)) this.#violation(`${path} ended after ${container}`);
    this.#outcomes.set(path, node);
    if (status !== "completed" || recovered) return;
    const indexed = this.#observed.nodes.at(path);
    if (indexed.keepsTurn) this.turns.add(path);
    if (indexed.node["detached"] !== true) return;
    const { runId } = output as { readonly runId: string };
    if (this.#observed.starterOf(runId)?.path !== path) this.#violation(`${path} did not start the run "${runId}"`);
  }

  /** Checks that a node, or a container of it, may run: it has no outcome, and its dependencies have theirs. */
  #checkTurn(path: string, external: boolean): void {
    if (this.#outcomes.has(path)) this.#violation(`${path} ran although its outcome is recorded`);
    const idAt = path.lastIndexOf(".") + 1;
    const prefix = path.slice(0, idAt);
    const { dependencies, join } = this.#observed.nodes.at(path);
    const ends = dependencies.map((id) => this.#outcomes.get(prefix + id));
    const needed = join === "any" ? 1 : typeof join === "object" ? join.atLeast : undefined;
    if (needed !== undefined) {
      const completed = ends.filter((end) => end?.status === "completed").length;
      if (completed < Math.min(needed, dependencies.length))
        this.#violation(`${path} ran after ${completed} of ${needed} dependencies`);
      return;
    }
    for (const [index, end] of ends.entries()) {
      const dependency = prefix + dependencies[index]!;
      if (end === undefined && (external || !this.#skips.has(dependency)))
        this.#violation(`${path} ran before the outcome of ${dependency} was durable`);
    }
  }
}

function forgetBelow(map: Map<string, unknown>, path: string): void {
  for (const key of map.keys()) if (isBelow(key, path)) map.delete(key);
}
