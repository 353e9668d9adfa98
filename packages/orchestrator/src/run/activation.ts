import {
  IceError,
  type ExpressionScope,
  type HumanRequest,
  type Json,
  type JsonObject,
  type NodeActivation,
  type NodeContext,
  type RunEventType,
  type Usage,
  type WorkflowView,
} from "@ice/core";
import { countUsage, isCountable, type UsageCount } from "../history/usage.ts";
import type { NodePlan } from "../plan/plan.ts";
import { isEarlyJoin } from "../scheduling/join.ts";
import { attemptsAround, cleansUp, repeatsAround } from "./around.ts";
import { AttemptAbort, type StopWork } from "./attempt-abort.ts";
import { checkEventType } from "./check-event-type.ts";
import { contextOf, nodesMap, withLocals } from "./context.ts";
import { continuedAttempt } from "./continued-attempt.ts";
import { evaluateLazily, evaluateLazilyInTurns } from "./evaluate-lazily.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { NodeChildren } from "./node-children.ts";
import type { OutcomeNotes } from "./outcome-notes.ts";
import type { Answered } from "./pending-signals.ts";
import type { Run } from "./run.ts";
import type { ScopeRun } from "./scope-run.ts";

/**
 * One node while it runs: the argument of its executor, and the scope of its expressions. Everything expensive is created when it
 * is first read, so that a node pays only for what it uses.
 */
export class Activation implements NodeActivation, ExpressionScope {
  readonly scope: ScopeRun;
  readonly node: NodePlan;
  readonly path: string;
  readonly startedAt: number;
  attempt = 1;
  /** Time of the next attempt, if an earlier process released the run while the node was waiting for it. Epoch milliseconds. */
  backOff: { readonly from: number; readonly until: number } | undefined;
  /** Set once the outcome is decided; values that arrive later are dropped. */
  ended = false;
  /** Nothing new starts below it, because its attempt is being stopped. What cleans up does. */
  isClosing = false;
  /** Its scope stops it: it will be cancelled, whatever its executor returns. */
  isStopped = false;
  /** Undefined for most nodes: an object for each of them would cost a twentieth of the run. */
  notes: OutcomeNotes | undefined;
  holdsSlot = false;
  /** True once the `eager` fields are evaluated. */
  prepared = false;
  /** Requests to models and calls of tools in this attempt, for the numbers in events. */
  modelCalls = 0;
  toolCalls = 0;
  /** Its own usage, without its children; undefined while there is none. */
  usage: UsageCount | undefined;
  #config: Readonly<Record<string, unknown>>;
  #context: NodeContext | undefined;
  #abort: AttemptAbort | undefined;
  #children: NodeChildren | undefined;
  #busy = false;
  #counted = false;

  constructor(scope: ScopeRun, node: NodePlan) {
    this.scope = scope;
    this.node = node;
    this.path = scope.prefix + node.id;
    const { history, time } = scope.frame.run;
    const known = history?.attemptState(this.path);
    this.startedAt = (node.resumable ? known?.started?.at : undefined) ?? time.take();
    this.#config = node.config;
    // Later arrivals at an early join must not be visible, so the arrived dependencies are kept.
    if (isEarlyJoin(node.join)) this.#context = contextOf(node, scope.siblings, known?.started?.seen);
    if (known !== undefined) Object.assign(this, continuedAttempt(known, node.resumable));
  }

  // Read by executors. Functions are created when they are read, so that they can be destructured.

  get workflow(): WorkflowView {
    return this.scope.frame.plan.view;
  }
  get config(): Readonly<Record<string, Json>> {
    return this.#config as Readonly<Record<string, Json>>;
  }
  get context(): NodeContext {
    return (this.#context ??= contextOf(this.node, this.scope.siblings));
  }
  get input(): JsonObject {
    return this.scope.frame.inputs;
  }
  get signal(): AbortSignal {
    return this.current.signal;
  }
  get runId(): string {
    return this.run.id;
  }
  get nodeId(): string {
    return this.node.id;
  }
  get idempotencyKey(): string {
    return this.run.keys?.idempotencyKey ?? idempotencyKeyOf(this.run, this.path, repeatsAround(this.scope));
  }
  /** The same for every attempt, but another one when a container around it is tried again. */
  get callId(): string {
    return this.run.keys?.callId ?? idempotencyKeyOf(this.run, this.path, attemptsAround(this.scope));
  }
  /** What an attempt emits after its end would be an event of the next one. */
  get emit(): NodeActivation["emit"] {
    const { current } = this;
    return (type: string, data: JsonObject = {}) => {
      checkEventType(type, this.node.id);
      if (!this.ended && !current.aborted) this.run.emit(type as RunEventType, this, data);
    };
  }
  get addUsage(): NodeActivation["addUsage"] {
    return (usage) => {
      this.scope.frame.budget.add(usage);
      for (const [key, amount] of Object.entries(usage)) this.#count(key as keyof Usage, amount);
    };
  }
  get evaluate(): NodeActivation["evaluate"] {
    return (field, locals = {}) => evaluateLazily(this, field, withLocals(locals, this));
  }
  get evaluateInTurns(): NodeActivation["evaluateInTurns"] {
    return (field, locals = {}) => evaluateLazilyInTurns(this, field, withLocals(locals, this));
  }
  get runChildren(): NodeActivation["runChildren"] {
    return (group, options) => this.children.run(group, options);
  }
  get use(): NodeActivation["use"] {
    return (key) => this.run.runtime.use(key);
  }

  // Read by expressions.

  get(name: string): Json | undefined {
    const { siblings } = this.scope;
    if (siblings.plan.positions.has(name))
      return isEarlyJoin(this.node.join) ? this.context[name] : siblings.outputOf(name);
    const outer = this.scope.names.outer(name);
    return name === "nodes" ? nodesMap(this.context, outer) : outer;
  }

  // Used by the interceptors and the built-in executors.

  get run(): Run {
    return this.scope.frame.run;
  }

  setConfig(config: Readonly<Record<string, unknown>>): void {
    this.#config = Object.freeze(config);
    this.prepared = true;
  }

  get children(): NodeChildren {
    return (this.#children ??= new NodeChildren(this));
  }

  /** Whether children have run in this process. */
  get ranChildren(): boolean {
    return this.#children?.haveRun === true;
  }

  /**
   * Counts a call against the budget, which refuses none of a node that cleans up. Returns a promise if the call has to wait for what
   * attempts on other workers leave.
   *
   * @throws IceError `ICE_BUDGET_EXCEEDED`.
   */
  reserve(what: "toolCalls" | "llmCalls"): Promise<void> | undefined {
    const { budget } = this.scope.frame;
    const { path, current } = this;
    if (cleansUp(this.scope)) budget.count(what);
    else {
      const waits = this.run.reservations.allowances.count(budget, { what, path }, () => current.signal);
      if (waits !== undefined) return waits.then(() => this.#count(what, 1));
    }
    this.#count(what, 1);
    return undefined;
  }

  /** Requests an answer of a person, or waits for another process; see `PendingSignals.wait`. */
  waitForSignal(requestIndex: number, wait: () => HumanRequest): Promise<Answered> {
    return this.run.signals.wait(this, requestIndex, wait);
  }

  /** Records a value that `checkpointed` returns after a resume. Undefined if it is durable at once. */
  checkpoint(value: Json): Promise<void> | undefined {
    return this.run.append({ kind: "checkpoint", at: this.run.clock.now(), path: this.path, value });
  }

  /** The value that an earlier process recorded with `checkpoint`. */
  get checkpointed(): Json | undefined {
    return this.run.history?.checkpoints.get(this.path);
  }

  /** Starts to count as busy, unless the node only observes. */
  begin(): void {
    if (this.node.definition.observes) return;
    this.#busy = true;
    this.#counted = true;
    this.run.metrics.running += 1;
    this.run.activity.begin();
  }

  /** No longer counts as busy; its outcome may still have to become durable. */
  finish(): void {
    if (this.#counted) this.run.metrics.running -= 1;
    this.#counted = false;
  }

  /** Starts or stops waiting for something outside this process. */
  idle(idle: boolean): void {
    if (this.node.definition.observes || this.#busy !== idle) return;
    this.#busy = !idle;
    if (idle) this.run.activity.end();
    else this.run.activity.begin();
  }

  /** The cancellation of the current attempt. */
  get current(): AttemptAbort {
    return (this.#abort ??= new AttemptAbort(this.ended));
  }

  /** Registers a function that is called when this attempt is aborted. Returns an unsubscribe function. */
  onAbort(stop: StopWork): () => void {
    return this.current.onAbort(stop);
  }

  /**
   * Aborts the current attempt; the node continues with a retry or its outcome. Returns a promise if something below it has to clean up
   * before: it settles when it has.
   */
  abortAttempt(reason: IceError): Promise<unknown> | undefined {
    return this.#abort?.abort(reason);
  }

  /** Starts a new attempt: what is registered or read from now on belongs to it. */
  renewAttempt(): void {
    this.#abort = undefined;
    if (this.notes !== undefined) this.notes.recovered = undefined;
    this.modelCalls = 0;
    this.toolCalls = 0;
  }

  releaseSlot(): void {
    if (!this.holdsSlot) return;
    this.holdsSlot = false;
    this.scope.frame.limiter.release();
  }

  #count(what: keyof Usage, amount: number): void {
    if (!isCountable(what, amount)) return;
    countUsage((this.usage ??= {}), what, amount);
  }
}
