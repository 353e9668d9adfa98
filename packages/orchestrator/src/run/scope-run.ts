import { IceError, type ChildrenResult, type SkipReason } from "@ice/core";
import type { AttemptState } from "../history/history.ts";
import type { NodePlan } from "../plan/plan.ts";
import { Agenda } from "../scheduling/agenda.ts";
import type { SlotWaiter } from "../scheduling/limiter.ts";
import { pollCost, startCost, stepCost } from "../scheduling/pace.ts";
import { ReadyNodes } from "../scheduling/ready-nodes.ts";
import { SiblingStates } from "../scheduling/sibling-states.ts";
import { cancelled, haltedBy, type Stop } from "../scheduling/stop.ts";
import { Activation } from "./activation.ts";
import { childrenResult } from "./children-result.ts";
import { Drain, type Stepwise } from "./drain.ts";
import { outcomeOfError, outcomeOfValue, type Outcome } from "./outcome.ts";
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
  readonly #parent: Activation | undefined;
  readonly #activations: (Activation | undefined)[] = [];
  readonly #ready: ReadyNodes;
  readonly #agenda = new Agenda();
  readonly #drain: Drain;
  #error: IceError | undefined;
  #stopped: Stop | undefined;
  #finish: ((result: ChildrenResult) => void) | undefined;

  constructor(options: ScopeOptions) {
    const { frame, plan, parent, prefix } = options;
    this.frame = frame;
    this.prefix = prefix;
    this.siblings = new SiblingStates(plan);
    this.#ready = new ReadyNodes(this.siblings, frame.limiter);
    this.#drain = new Drain(frame, this);
    this.#parent = parent;
    this.names = new ScopeNames(this.siblings, options);
  }

  /** Runs every node to its end. */
  start(): Promise<ChildrenResult> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.frame.run.scopes.add(this);
      if (this.frame.run.released) return this.abandon();
      this.#agenda.poll(this.siblings.plan.roots);
      this.#restore();
      this.#drain.run();
    });
  }

  /** Stops without recording: executors are aborted, and nothing settles any more. */
  abandon(): void {
    this.#drain.stop();
    this.frame.limiter.forget(this);
    for (const activation of this.#activations)
      if (activation !== undefined) {
        activation.ended = true;
        activation.abortAttempt(new IceError("ICE_RUN_CANCELLED", "The process releases the run."));
      }
  }

  /** Stops everything: running nodes are cancelled, nothing new starts. Has no effect after the end; records are kept. */
  cancel(): void {
    if (this.#stopped === cancelled || this.siblings.open === 0 || this.frame.run.released) return;
    if (this.#finish === undefined) return void (this.#stopped = cancelled); // start() handles the rest
    this.#stop(cancelled);
    this.#drain.run();
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
    const failed = !ignoreFailures && siblings.hasFailedDependency(position);
    this.#skip(position, failed ? "dependencyFailed" : "dependencySkipped");
  }

  /** The join is satisfied: `when` decides, once. */
  #admit(position: number): void {
    const node = this.siblings.plan.nodes[position]!;
    const { isCancelling } = this.frame;
    if (isCancelling && this.#earlierAttempt(node) === undefined) return;
    if (node.when !== undefined && !isCancelling) {
      const activation = new Activation(this, node);
      try {
        if (node.when.evaluate(activation) === false) return this.#skip(position, "whenFalse");
      } catch (error) {
        activation.attempt = 0;
        this.siblings.states[position] = "running";
        this.#activations[position] = activation;
        activation.begin();
        return this.#settle(activation, outcomeOfError(activation, error));
      }
    }
    this.siblings.states[position] = "ready";
    this.#ready.push(position);
  }

  #start(position: number): void {
    const node = this.siblings.plan.nodes[position]!;
    const activation = new Activation(this, node);
    activation.holdsSlot = node.definition.holdsSlot;
    this.siblings.states[position] = "running";
    this.#activations[position] = activation;
    if (this.frame.isCancelling && !node.isContainer) return;
    activation.begin();
    this.frame.run.emit(this.frame.run.events.names.node.started, activation, {});
    let value: unknown;
    try {
      this.frame.budget.reserve("nodes", activation.path);
      value = node.attempt(activation);
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
    this.#settle(activation, outcome);
    this.#drain.runAndServe();
  }

  /** An outcome, which takes turns of the event loop if it is large: it is recorded first, then its dependents are considered. */
  #settle(activation: Activation, outcome: Outcome | Promise<Outcome>): void {
    if (outcome instanceof Promise) return void outcome.then((later) => this.#arrive(activation, later));
    if (activation.ended) return;
    activation.ended = true;
    const { position } = activation.node;
    this.#activations[position] = undefined;
    activation.releaseSlot();
    activation.finish();
    this.siblings.states[position] = outcome.status;
    if (outcome.status === "completed") this.siblings.outputs[position] = outcome.output;
    if (outcome.status === "failed") this.frame.recordBudgetStop(outcome.error);
    const durable = this.frame.run.recordOutcome(activation, outcome);
    if (durable === undefined) this.#recorded(activation);
    else void durable.then(() => this.#recordedLater(activation));
    if (outcome.status === "failed") this.#fail(activation.node, outcome.error);
    this.frame.run.notifyObservers();
  }

  #recorded(activation: Activation): void {
    this.#agenda.end(activation.node.position);
    activation.idle(true);
  }

  #recordedLater(activation: Activation): void {
    if (this.frame.run.released) return;
    this.#recorded(activation);
    this.#drain.runAndServe();
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

  /** A node that cannot start any more: skipped, unless an earlier process had started it. */
  #giveUp(position: number): void {
    const node = this.siblings.plan.nodes[position]!;
    if (this.#earlierAttempt(node) === undefined) return this.#skip(position, "runStopped");
    this.#settle(new Activation(this, node), { status: "cancelled" });
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
    if (this.siblings.open === 0) this.#end();
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
      if (activation !== undefined && !stop.spares(activation.node, 0)) {
        activation.abortAttempt(new IceError("ICE_RUN_CANCELLED", `Node "${activation.node.id}" was cancelled.`));
        this.#settle(activation, { status: "cancelled" });
      }
    this.#agenda.poll([...this.siblings.states.keys()]);
    this.frame.limiter.forget(this);
  }

  #end(): void {
    const finish = this.#finish;
    if (finish === undefined) return;
    this.#finish = undefined;
    this.frame.run.scopes.delete(this);
    const status = this.#stopped === cancelled ? "cancelled" : this.#error === undefined ? "completed" : "failed";
    finish(childrenResult(this, this.#parent, { status, error: this.#error }));
  }
}
