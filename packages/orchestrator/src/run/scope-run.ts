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
import { cleansUp, isCancelling } from "./around.ts";
import { childrenResult, type ScopeResult } from "./children-result.ts";
import { Drain, type Stepwise } from "./drain.ts";
import { restoreScope } from "./restore-scope.ts";
import { RunningNodes } from "./running-nodes.ts";
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
  readonly #nodes: RunningNodes;
  readonly #ready: ReadyNodes;
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
    const onFailure = (node: NodePlan, error: IceError): void => this.#fail(node, error);
    this.#nodes = new RunningNodes({ scope: this, agenda: this.#agenda, drain: this.#drain, onFailure });
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
    this.#nodes.abandon();
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

  /** Its nodes that have started and not ended. */
  *inProgress(): Iterable<Activation> {
    for (const activation of this.#nodes.all)
      if (activation !== undefined && this.siblings.states[activation.node.position] === "running") yield activation;
  }

  useSlots(): void {
    this.#drain.run();
  }

  // The steps of a node: consider → admit → start → end → release.

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
        return this.#nodes.fail(activation, error);
      }
    }
    this.siblings.states[position] = "ready";
    if (node.findCached !== undefined && this.frame.run.usesCache && !isStopping)
      void this.#nodes.reuse(node, () => this.#ready.push(position));
    else this.#ready.push(position);
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

  /** A node that cannot start any more. */
  #giveUp(position: number): void {
    if (!this.#nodes.giveUp(this.siblings.plan.nodes[position]!)) this.#skip(position, "runStopped");
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
    const isHeld = run.paused && !cleansUp(this);
    const ready = isHeld ? undefined : this.#ready.take(this);
    if (ready === undefined) return undefined;
    this.#nodes.start(nodes[ready]!);
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
    this.#nodes.stop(stop);
    this.#agenda.poll([...this.siblings.states.keys()]);
    this.frame.limiter.forget(this);
  }
}
