import { IceError } from "@ice/core";
import { canCleanUp } from "@ice/core/internal";
import type { NodePlan } from "../plan/plan.ts";
import type { Agenda } from "../scheduling/agenda.ts";
import type { Stop } from "../scheduling/stop.ts";
import { Activation } from "./activation.ts";
import { cleansUp, isCancelling } from "./around.ts";
import type { Drain } from "./drain.ts";
import { locate } from "./failure.ts";
import { keepOutput } from "./keep-output.ts";
import { outcomeOfCached, outcomeOfError, outcomeOfValue, type Outcome } from "./outcome.ts";
import type { ScopeRun } from "./scope-run.ts";

interface RunningNodesOptions {
  readonly scope: ScopeRun;
  /** Gets the nodes whose ends are durable. */
  readonly agenda: Agenda;
  /** Goes on when a node has ended later. */
  readonly drain: Drain;
  /** Called when a node has failed, after that was recorded. */
  readonly onFailure: (node: NodePlan, error: IceError) => void;
}

/** The nodes of a scope that are in progress: starts them, stops them, and records how they end. */
export class RunningNodes {
  readonly #scope: ScopeRun;
  readonly #agenda: Agenda;
  readonly #drain: Drain;
  readonly #onFailure: RunningNodesOptions["onFailure"];
  /** By position. Also nodes that the cache does not have, until they get a slot. */
  readonly #activations: (Activation | undefined)[] = [];
  readonly all: readonly (Activation | undefined)[] = this.#activations;

  constructor({ scope, agenda, drain, onFailure }: RunningNodesOptions) {
    this.#scope = scope;
    this.#agenda = agenda;
    this.#drain = drain;
    this.#onFailure = onFailure;
  }

  /** Starts a node that has its slot. */
  start(node: NodePlan): void {
    const activation = this.#activations[node.position] ?? new Activation(this.#scope, node);
    activation.holdsSlot = node.definition.holdsSlot;
    this.#enter(activation);
    if (node.isContainer || !isCancelling(this.#scope)) this.#execute(activation);
  }

  /**
   * Ends a node that cannot start any more, in whatever way an earlier process has left it. A container that is still open is entered
   * first, so that it closes as in that process. Returns false for a node that has never started.
   */
  giveUp(node: NodePlan): boolean {
    const { frame, prefix } = this.#scope;
    const { history, reentry } = frame.run;
    const path = prefix + node.id;
    const output = frame.outputOfEnd(path);
    if (output === undefined && history?.attemptState(path) === undefined) return false;
    const activation = new Activation(this.#scope, node);
    if (output !== undefined) this.#settle(activation, { status: "completed", output });
    else if (!node.isContainer || reentry?.isOpen(path) !== true) this.#settle(activation, cancelled);
    else {
      holdBack(activation);
      this.#enter(activation);
      this.#execute(activation);
      this.#stopNode(activation);
    }
    return true;
  }

  /** A node fails before its first attempt. */
  fail(activation: Activation, error: unknown): void {
    activation.attempt = 0;
    this.#enter(activation);
    activation.begin();
    this.#settle(activation, outcomeOfError(activation, error));
  }

  /** Looks for an output of an earlier run. Without one, `onMiss` is called; the fields of the node are evaluated then. */
  async reuse(node: NodePlan, onMiss: () => void): Promise<void> {
    const { frame, siblings } = this.#scope;
    const activation = new Activation(this.#scope, node);
    frame.run.activity.begin();
    const output = await node.findCached!(activation);
    if (frame.run.released) return;
    if (siblings.states[node.position] === "ready") {
      this.#activations[node.position] = activation;
      if (output === undefined) onMiss();
      else this.#settle(activation, outcomeOfCached(activation, output));
      this.#drain.runAndServe();
    }
    frame.run.activity.end();
  }

  /** Stops those that `stop` does not spare. */
  stop(stop: Stop): void {
    const { states } = this.#scope.siblings;
    for (const activation of this.#activations) {
      if (activation === undefined || activation.isStopped || states[activation.node.position] !== "running") continue;
      if (!stop.spares(activation.node, 0)) this.#stopNode(activation);
    }
  }

  /** Aborts all of them without recording it: nothing settles any more. */
  abandon(): void {
    for (const activation of this.#activations)
      if (activation !== undefined) {
        activation.ended = true;
        void activation.abortAttempt(new IceError("ICE_RUN_CANCELLED", "The process releases the run."));
      }
  }

  #enter(activation: Activation): void {
    const { node, path, run } = activation;
    this.#scope.siblings.states[node.position] = "running";
    this.#activations[node.position] = activation;
    run.reentry?.enter(path);
  }

  #execute(activation: Activation): void {
    const { run, node } = activation;
    activation.begin();
    run.emit(run.events.names.node.started, activation, {});
    let value: unknown;
    try {
      this.#admit(activation);
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

  /** @throws IceError `ICE_BUDGET_EXCEEDED`, or `ICE_BLUEPRINT_SCHEMA` for a node that cannot clean up and has to. */
  #admit({ scope, run, node, path }: Activation): void {
    const { budget } = scope.frame;
    const isCleanup = cleansUp(scope);
    // What an earlier process has begun was counted and admitted there.
    if (isCleanup || run.history?.attemptState(path) !== undefined) budget.count("nodes");
    else budget.reserve("nodes", path);
    // Validation reports it, except for a sub-workflow, which need not clean up everywhere.
    if (!isCleanup || canCleanUp(node.definition)) return;
    throw new IceError("ICE_BLUEPRINT_SCHEMA", `Node "${node.id}" of type "${node.type}" cannot clean up.`, {
      fix: "use nodes that end by themselves in sub-workflows of `compensate` and `finally`",
      retryable: false,
    });
  }

  /** An outcome that arrived asynchronously, while the scheduler was idle. */
  #arrive(activation: Activation, outcome: Outcome | Promise<Outcome>): void {
    if (activation.isStopped || isCancelling(this.#scope)) return dropResult(activation);
    this.#settle(activation, outcome);
    this.#drain.runAndServe();
  }

  #stopNode(activation: Activation): void {
    holdBack(activation);
    const outcome = closedOutcome(activation);
    if (outcome instanceof Promise) void this.#settleLater(activation, outcome);
    else this.#settle(activation, outcome);
  }

  async #settleLater(activation: Activation, later: Promise<Outcome>): Promise<void> {
    const outcome = await later;
    if (activation.run.released) return;
    this.#settle(activation, outcome);
    this.#drain.runAndServe();
  }

  /** An outcome, which takes turns of the event loop if it is large: it is recorded first, then its dependents are considered. */
  #settle(activation: Activation, outcome: Outcome | Promise<Outcome>): void {
    if (outcome instanceof Promise) return void outcome.then((later) => this.#arrive(activation, later));
    if (activation.ended) return;
    activation.ended = true;
    activation.idle(false); // until that is durable
    const { node, run } = activation;
    this.#activations[node.position] = undefined;
    const durable = this.#record(activation, outcome);
    if (durable === undefined) this.#recorded(activation);
    else void durable.then(() => this.#recordedLater(activation));
    if (outcome.status === "failed") this.#onFailure(node, outcome.error);
    if (outcome.status === "completed" && node.definition.ends) this.#scope.frame.halt();
    run.notifyObservers();
  }

  /** Undefined if the record is durable at once. */
  #record(activation: Activation, outcome: Outcome): Promise<void> | undefined {
    const { frame, siblings } = this.#scope;
    const { node, path, run } = activation;
    activation.releaseSlot();
    activation.finish();
    siblings.states[node.position] = outcome.status;
    if (outcome.status === "completed") {
      siblings.outputs[node.position] = outcome.output;
      // Recorded before the outcome: with it, the workflow has ended.
      if (node.definition.ends) frame.markEnded(path, outcome.output);
    }
    if (outcome.status === "failed") frame.recordBudgetStop(outcome.error);
    const durable = run.recordOutcome(activation, outcome);
    if (activation.notes?.cacheKey !== undefined) keepOutput(activation, outcome);
    run.reentry?.end(path);
    return durable;
  }

  #recorded(activation: Activation): void {
    this.#agenda.end(activation.node.position);
    activation.idle(true);
  }

  #recordedLater(activation: Activation): void {
    if (activation.run.released) return;
    this.#recorded(activation);
    this.#drain.runAndServe();
  }
}

const cancelled: Outcome = { status: "cancelled" };

/** Its scope stops a node: nothing new starts below it, and what its executor returns no longer counts. */
function holdBack(activation: Activation): void {
  activation.isStopped = true;
  activation.isClosing = true;
  activation.run.hasStopped = true;
}

/**
 * How a node ends that its scope stops. A promise if something that an earlier process has begun in it has to be entered first, or if
 * something in it cleans up.
 */
function closedOutcome(activation: Activation): Outcome | Promise<Outcome> {
  const close = (): Outcome | Promise<Outcome> => {
    const reason = new IceError("ICE_RUN_CANCELLED", `Node "${activation.node.id}" was cancelled.`);
    const closing = activation.abortAttempt(reason);
    return closing === undefined ? afterClosing(activation) : closing.then(() => afterClosing(activation));
  };
  const entered = activation.run.reentry?.below(activation.path);
  return entered === undefined ? close() : entered.then(close);
}

function afterClosing({ notes, path }: Activation): Outcome {
  const error = notes?.failedClosing;
  return error === undefined ? cancelled : { status: "failed", error: locate(error, path) };
}

/**
 * What a node has returned does not count, because its scope stops it: at once, or when everything that is to be stopped has been
 * entered. Nothing more of it can be.
 */
function dropResult(activation: Activation): void {
  activation.run.reentry?.end(activation.path);
  if (!activation.ended) activation.idle(true);
}
