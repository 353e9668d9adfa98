import { createHash } from "node:crypto";
import {
  IceError,
  type ExpressionScope,
  type Json,
  type JsonObject,
  type NodeActivation,
  type NodeContext,
  type RunEventType,
  type SkipReason,
  type Usage,
  type WaitRequest,
  type WorkflowView,
} from "@ice/core";
import type { AttemptState } from "../history/history.ts";
import { countUsage, type UsageCount } from "../history/usage.ts";
import type { NodePlan } from "../plan/plan.ts";
import { isEarlyJoin } from "../scheduling/join.ts";
import { stepCost } from "../scheduling/pace.ts";
import { AttemptAbort } from "./attempt-abort.ts";
import { checkEventType } from "./check-event-type.ts";
import { contextOf, nodesMap, withLocals } from "./context.ts";
import { evaluateLazily, evaluateLazilyInTurns } from "./evaluate-lazily.ts";
import type { Answered } from "./pending-signals.ts";
import type { Run } from "./run.ts";
import type { ScopeRun } from "./scope-run.ts";
import type { WorkflowOutcome } from "./workflow-outcome.ts";

/**
 * One node while it runs: what its executor gets, and the scope in which its expressions are evaluated. Everything that costs
 * something is made when it is first read, so a node that does not look at its context or signal does not pay for them.
 */
export class Activation implements NodeActivation, ExpressionScope {
  readonly scope: ScopeRun;
  readonly node: NodePlan;
  readonly path: string;
  readonly startedAt: number;
  attempt = 1;
  /** The time to the next attempt, if an earlier process has left while it was waiting for it. Epoch milliseconds. */
  backOff: { readonly from: number; readonly until: number } | undefined;
  /** Set once the outcome is decided; what arrives later is dropped. */
  ended = false;
  holdsSlot = false;
  /** True once the fields of phase `eager` are evaluated. */
  prepared = false;
  ranChildren = false;
  /** What it used itself, its children not included; undefined while that is nothing. */
  usage: UsageCount | undefined;
  #config: Readonly<Record<string, unknown>>;
  #context: NodeContext | undefined;
  #abort: AttemptAbort | undefined;
  #busy = false;
  #counted = false;
  /** Groups of children in progress. */
  #groups = 0;

  constructor(scope: ScopeRun, node: NodePlan) {
    this.scope = scope;
    this.node = node;
    this.path = scope.prefix + node.id;
    const { history, time } = scope.frame.run;
    const known = history?.attemptState(this.path);
    this.startedAt = (node.resumable ? known?.started?.at : undefined) ?? time.take();
    this.#config = node.config;
    // Later arrivals at an early join must not be seen, so what has arrived is kept.
    if (isEarlyJoin(node.join)) this.#context = contextOf(node, scope.siblings, known?.started?.seen);
    if (known !== undefined) this.#continue(known);
  }

  /** Goes on where an earlier process stopped. What it had started and not ended, other than a container, counts as an attempt. */
  #continue({ started, failed }: AttemptState): void {
    const startedAttempt = started?.attempt ?? 0;
    const failedAttempt = failed?.attempt ?? 0;
    this.attempt = this.node.resumable
      ? Math.max(startedAttempt, failedAttempt + 1)
      : Math.max(startedAttempt, failedAttempt) + 1;
    if (failed !== undefined && failedAttempt >= startedAttempt)
      this.backOff = { from: failed.at, until: failed.retryAt };
  }

  // What an executor reads. Functions are made on reading, so that they can be destructured.

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
    return createHash("sha256").update(`${this.runId}\n${this.path}`).digest("hex").slice(0, 32);
  }
  get emit(): NodeActivation["emit"] {
    return (type: string, data: JsonObject = {}) => {
      checkEventType(type, this.node.id);
      if (!this.ended) this.run.emit(type as RunEventType, this, data);
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
    return (group, options) => this.#withChildren(() => this.scope.frame.runChildren(this, group, options));
  }
  get use(): NodeActivation["use"] {
    return (key) => this.run.runtime.use(key);
  }

  // What expressions read.

  get(name: string): Json | undefined {
    const { siblings } = this.scope;
    if (siblings.plan.positions.has(name))
      return isEarlyJoin(this.node.join) ? this.context[name] : siblings.outputOf(name);
    const outer = this.scope.names.outer(name);
    return name === "nodes" ? nodesMap(this.context, outer) : outer;
  }

  // What the pipeline and the built-in executors use besides.

  get run(): Run {
    return this.scope.frame.run;
  }

  setConfig(config: Readonly<Record<string, unknown>>): void {
    this.#config = Object.freeze(config);
    this.prepared = true;
  }

  /** Runs the node's sub-workflow. `index` numbers the iterations of a recursion. */
  runWorkflow(inputs: JsonObject, index?: number): Promise<WorkflowOutcome> {
    return this.#withChildren(() => this.scope.frame.runWorkflow(this, inputs, index));
  }

  /** Reserves a call in the budget. @throws IceError `ICE_BUDGET_EXCEEDED`. */
  reserve(what: "toolCalls" | "llmCalls"): void {
    this.scope.frame.budget.reserve(what, this.path);
    this.#count(what, 1);
  }

  /** Asks a person, or waits for another process; see `PendingSignals.wait`. */
  waitForSignal(requestIndex: number, wait: () => WaitRequest): Promise<Answered> {
    return this.run.signals.wait(this, requestIndex, wait);
  }

  /** Keeps a value that the node finds again after a resume, as `checkpointed`. Undefined when that is durable at once. */
  checkpoint(value: Json): Promise<void> | undefined {
    return this.run.append({ kind: "checkpoint", at: this.run.clock.now(), path: this.path, value });
  }

  /** What an earlier process kept with `checkpoint`. */
  get checkpointed(): Json | undefined {
    return this.run.history?.checkpoints.get(this.path);
  }

  /** It begins to work; a node that only observes never counts. */
  begin(): void {
    if (this.node.definition.observes) return;
    this.#busy = true;
    this.#counted = true;
    this.run.metrics.running += 1;
    this.run.activity.begin();
  }

  /** It does not run any more; its outcome may still have to become durable. */
  finish(): void {
    if (this.#counted) this.run.metrics.running -= 1;
    this.#counted = false;
  }

  /** It waits for something that does not happen in this process by itself, or works again. */
  idle(idle: boolean): void {
    if (this.node.definition.observes || this.#busy !== idle) return;
    this.#busy = !idle;
    if (idle) this.run.activity.end();
    else this.run.activity.begin();
  }

  /** Records the nodes of a group that does not run. */
  skipChildren(group: string, reason: SkipReason): void {
    for (const child of (!this.run.released && this.node.children.get(group)?.nodes) || [])
      this.run.recordSkipped(`${this.path}.${child.id}`, child.type, reason);
  }

  /** The cancellation of the current attempt. */
  get current(): AttemptAbort {
    return (this.#abort ??= new AttemptAbort(this.ended));
  }

  /** Registers something to stop when this attempt is aborted. Returns an unsubscribe function. */
  onAbort(stop: () => void): () => void {
    return this.current.onAbort(stop);
  }

  /** Stops what the current attempt does; the node itself goes on, to a retry or to its outcome. */
  abortAttempt(reason: IceError): void {
    this.#abort?.abort(reason);
  }

  /** The next thing that is registered or read belongs to a new attempt. */
  renewAttempt(): void {
    this.#abort = undefined;
  }

  releaseSlot(): void {
    if (!this.holdsSlot) return;
    this.holdsSlot = false;
    this.scope.frame.limiter.release();
  }

  /** While children run, the container itself has nothing to do. An attempt that was aborted meanwhile does not go on. */
  async #withChildren<T>(work: () => Promise<T>): Promise<T> {
    const { current } = this;
    current.check();
    const { pace } = this.run;
    if (pace.isOver(stepCost.node)) {
      await pace.slice.next();
      current.check();
    }
    this.#groups += 1;
    this.idle(true);
    try {
      const result = await work();
      current.check();
      return result;
    } finally {
      this.#groups -= 1;
      if (this.#groups === 0 && !this.ended) this.idle(false);
    }
  }

  #count(what: keyof Usage, amount: number): void {
    if (!(amount > 0)) return;
    countUsage((this.usage ??= {}), what, amount);
  }
}
