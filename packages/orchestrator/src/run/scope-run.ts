import { IceError, type SkipReason } from "@ice/core";
import type { AttemptState } from "../history/history.ts";
import type { NodePlan } from "../plan/plan.ts";
import { Agenda } from "../scheduling/agenda.ts";
import type { SlotWaiter } from "../scheduling/limiter.ts";
import { pollCost, startCost, stepCost } from "../scheduling/pace.ts";
import { ReadyNodes } from "../scheduling/ready-nodes.ts";
import { SiblingStates } from "../scheduling/sibling-states.ts";
import { cancelled, haltedBy, type Stop } from "../scheduling/stop.ts";
import { Activation } from "./activation.ts";
import { childrenResult, type ScopeResult } from "./children-result.ts";
import { beginNode } from "./begin-node.ts";
import { CacheMisses } from "./cached-outcome.ts";
import { holdBack, isCancelling, outcomeOfUnstarted, stoppedOutcome } from "./closing.ts";
import { Drain, type Stepwise } from "./drain.ts";
import { outcomeOfError, outcomeOfValue, type Outcome } from "./outcome.ts";
import { endsWorkflow, recordEnd } from "./record-end.ts";
import { restoreScope } from "./restore-scope.ts";
import { ScopeNames, type ScopeOptions } from "./scope-names.ts";
import type { WorkflowFrame } from "./workflow-frame.ts";

/**
 * The scheduler of one list of siblings. A node starts as soon as its own dependencies allow it; there are no levels. Ended nodes
 * are queued and released in turn, never by recursion, so a chain of 100,000 nodes needs no stack.
 */
export class ScopeRun implements SlotWaiter, Stepwise {
  readonly frame: WorkflowFrame;
  readonly prefix: string;
  readonly siblings: SiblingStates;
  readonly names: ScopeNames;
  readonly parent: Activation | undefined;
  readonly isCleanup: boolean;
  readonly #activations: (Activation | undefined)[] = [];
  readonly #ready: ReadyNodes;
  readonly #misses = new CacheMisses();
  readonly #agenda = new Agenda();
  readonly #drain: Drain;
  #error: IceError | undefined;
  #stopped: Stop | undefined;
  #finish: ((result: ScopeResult) => void) | undefined;
  #running: Promise<ScopeResult> | undefined;

  constructor(options: ScopeOptions) {
    const { frame, plan, parent, prefix, isCleanup = false, keepsOrder = false } = options;
    this.frame = frame;
    this.prefix = prefix;
    this.siblings = new SiblingStates(plan);
    if (keepsOrder) this.siblings.order = [];
    this.#ready = new ReadyNodes(this.siblings, frame.limiter);
    this.#drain = new Drain(frame, this);
    this.parent = parent;
    this.isCleanup = isCleanup;
    this.names = new ScopeNames(this.siblings, options);
  }

  /** Runs every node to its end. */
  start(): Promise<ScopeResult> {
    const { promise, resolve } = Promise.withResolvers<ScopeResult>();
    [this.#running, this.#finish] = [promise, resolve];
    this.frame.run.scopes.add(this);
    if (this.frame.run.released) this.abandon();
    else {
      this.#agenda.poll(this.siblings.plan.roots);
      this.#restore();
      this.#drain.run();
    }
    return promise;
  }

  /** Stops without recording: executors are aborted, and nothing settles any more. */
  abandon(): void {
    this.#drain.stop();
    this.frame.limiter.forget(this);
    for (const activation of this.#activations)
      if (activation !== undefined) {
        activation.ended = true;
        void activation.abortAttempt(new IceError("ICE_RUN_CANCELLED", "The process releases the run."));
      }
  }

  /**
   * Stops everything: running nodes are cancelled, nothing new starts. Has no effect after the end; records are kept. Returns a
   * promise if something in it has to clean up: it settles when the scope has ended.
   */
  cancel(): Promise<unknown> | undefined {
    if (this.siblings.open === 0 || this.frame.run.released) return undefined;
    if (this.#stopped !== cancelled) {
      this.frame.run.hasStopped = true;
      if (this.#running === undefined) this.#stopped = cancelled; // start() handles the rest
      else {
        this.#stop(cancelled);
        this.#drain.run();
      }
    }
    return this.siblings.open === 0 ? undefined : this.#running;
  }

  useSlots(): void {
    this.#drain.run();
  }

  // The steps of a node: consider → admit → start → settle → release.

  /** Considers a pending node: it can run now, can never run, or has to wait. */
  #consider(position: number): void {
    const { siblings } = this;
    const state = siblings.states[position];
    const node = siblings.plan.nodes[position]!;
    const stopped = this.#stopped?.spares(node, this.#earlierAttempt(node)?.after) === false;
    if (stopped && (state === "pending" || state === "ready")) return this.#giveUp(position);
    if (state !== "pending") return;
    const ignoreFailures = this.frame.plan.settings.failurePolicy === "always";
    const decision = siblings.decide(position, ignoreFailures);
    if (decision === "run") return this.#admit(position);
    if (decision === "wait") return;
    this.#skip(position, siblings.skipReason(position, ignoreFailures));
  }

  /** The join is satisfied: `when` decides, once. */
  #admit(position: number): void {
    const node = this.siblings.plan.nodes[position]!;
    const isStopping = isCancelling(this);
    if (isStopping && this.#earlierAttempt(node) === undefined) return;
    if (node.when !== undefined && !isStopping) {
      const activation = new Activation(this, node);
      try {
        if (node.when.evaluate(activation) === false) return this.#skip(position, "whenFalse");
      } catch (error) {
        activation.attempt = 0;
        this.#enter(activation);
        activation.begin();
        return this.#settle(activation, outcomeOfError(activation, error));
      }
    }
    this.siblings.states[position] = "ready";
    if (node.cache !== undefined && this.frame.run.usesCache && !isStopping) this.#lookUp(position);
    else this.#ready.push(position);
  }

  #lookUp(position: number): void {
    const activation = new Activation(this, this.siblings.plan.nodes[position]!);
    this.#misses.lookUp(activation, (outcome) => {
      if (this.siblings.states[position] !== "ready") return;
      if (outcome === undefined) this.#ready.push(position);
      else this.#settle(activation, outcome);
      this.#drain.runAndServe();
    });
  }

  #start(position: number): void {
    const node = this.siblings.plan.nodes[position]!;
    const activation = this.#misses.take(position) ?? new Activation(this, node);
    activation.holdsSlot = node.definition.holdsSlot;
    this.#enter(activation);
    if (node.isContainer || !isCancelling(this)) this.#execute(activation);
  }

  #enter(activation: Activation): void {
    const { node, path } = activation;
    this.siblings.states[node.position] = "running";
    this.#activations[node.position] = activation;
    this.frame.run.reentry?.enter(path);
  }

  #execute(activation: Activation): void {
    let value: unknown;
    try {
      value = beginNode(activation);
    } catch (error) {
      return this.#settle(activation, outcomeOfError(activation, error));
    }
    if (!(value instanceof Promise)) return this.#settle(activation, outcomeOfValue(activation, value));
    value.then(
      (result) => this.#arrive(activation, outcomeOfValue(activation, result)),
      (error: unknown) => this.#arrive(activation, outcomeOfError(activation, error)),
    );
  }

  /** An outcome that arrived asynchronously, while the scheduler was idle. */
  #arrive(activation: Activation, outcome: Outcome | Promise<Outcome>): void {
    // Its scope settles it. If it has returned early, nothing more of it can be entered.
    if (activation.isStopped) return this.frame.run.reentry?.end(activation.path);
    this.#settle(activation, outcome);
    this.#drain.runAndServe();
  }

  /** An outcome, which takes turns of the event loop if it is large: it is recorded first, then its dependents are considered. */
  #settle(activation: Activation, outcome: Outcome | Promise<Outcome>): void {
    if (outcome instanceof Promise) return void outcome.then((later) => this.#arrive(activation, later));
    if (activation.ended) return;
    activation.ended = true;
    this.#activations[activation.node.position] = undefined;
    const durable = recordEnd(this, activation, outcome);
    if (durable === undefined) this.#recorded(activation);
    else
      void durable.then(() => {
        if (this.frame.run.released) return;
        this.#recorded(activation);
        this.#drain.runAndServe();
      });
    if (outcome.status === "failed") this.#fail(activation.node, outcome.error);
    if (endsWorkflow(activation, outcome)) this.frame.halt();
    this.frame.run.notifyObservers();
  }

  #recorded(activation: Activation): void {
    this.#agenda.end(activation.node.position);
    activation.idle(true);
  }

  /** Restores the records of an earlier process for these nodes, and that it had stopped them. */
  #restore(): void {
    const { failure, anyCancelled } = restoreScope(this, this.frame.run.history, this.#agenda);
    this.#error = failure?.error;
    if (this.#stopped !== undefined) return;
    if (failure !== undefined && this.frame.plan.settings.failurePolicy === "halt")
      this.#stop(haltedBy(failure.node, failure.outcomes));
    else if (anyCancelled) this.#stopped = cancelled;
  }

  #skip(position: number, reason: SkipReason): void {
    const { id, type } = this.siblings.plan.nodes[position]!;
    this.siblings.states[position] = reason === "dependencyFailed" ? "failed" : "skipped";
    this.frame.run.recordSkipped(this.prefix + id, type, reason);
    this.#agenda.end(position);
    this.frame.run.notifyObservers();
  }

  /** A node that cannot start any more: skipped, unless an earlier process had started it. A container is entered to be stopped. */
  #giveUp(position: number): void {
    const node = this.siblings.plan.nodes[position]!;
    const outcome = outcomeOfUnstarted(this, node);
    if (outcome === undefined) return this.#skip(position, "runStopped");
    const activation = new Activation(this, node);
    if (outcome !== "enter") return this.#settle(activation, outcome);
    holdBack(activation);
    this.#enter(activation);
    this.#execute(activation);
    this.#stopNode(activation);
  }

  /** Does the next step: considers a node, releases an ended one, or starts a ready one. */
  step(): number | undefined {
    const { run } = this.frame;
    const { nodes } = this.siblings.plan;
    const polled = this.#agenda.nextToPoll();
    if (polled !== undefined) {
      this.#consider(polled);
      return pollCost(nodes[polled]!);
    }
    const ended = this.#agenda.nextToRelease();
    if (ended !== undefined) {
      this.#agenda.poll(this.siblings.release(ended));
      return stepCost.poll;
    }
    const ready = run.paused ? undefined : this.#ready.take(this);
    if (ready === undefined) return undefined;
    this.#start(ready);
    return run.observers.size > 0 ? stepCost.evaluation : startCost(nodes[ready]!);
  }

  /** There is no further step: the scope may have ended. */
  rest(): void {
    const finish = this.#finish;
    if (this.siblings.open > 0 || finish === undefined) return;
    this.#finish = undefined;
    this.frame.run.scopes.delete(this);
    const status = this.#stopped === cancelled ? "cancelled" : this.#error === undefined ? "completed" : "failed";
    finish(childrenResult(this, this.parent, { status, error: this.#error }));
  }

  #fail(node: NodePlan, error: IceError): void {
    this.#error ??= error;
    if (this.frame.plan.settings.failurePolicy === "halt" && this.#stopped === undefined) this.#stop(haltedBy(node));
    this.frame.stopIfOverBudget(error);
  }

  #earlierAttempt({ id }: NodePlan): AttemptState | undefined {
    return this.frame.run.history?.attemptState(this.prefix + id);
  }

  #stop(stop: Stop): void {
    this.#stopped = stop;
    for (const activation of this.#activations)
      if (activation !== undefined && !activation.isStopped && !stop.spares(activation.node, 0))
        this.#stopNode(activation);
    this.#agenda.poll([...this.siblings.states.keys()]);
    this.frame.limiter.forget(this);
  }

  #stopNode(activation: Activation): void {
    const outcome = stoppedOutcome(activation);
    if (!(outcome instanceof Promise)) return this.#settle(activation, outcome);
    void outcome.then((later) => {
      if (this.frame.run.released) return;
      this.#settle(activation, later);
      this.#drain.runAndServe();
    });
  }
}
