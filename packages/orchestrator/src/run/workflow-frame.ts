import { IceError, type ChildrenResult, type Json, type JsonObject, type RunChildrenOptions } from "@ice/core";
import { checkInputs } from "../plan/check-inputs.ts";
import type { Plan } from "../plan/plan.ts";
import { Limiter } from "../scheduling/limiter.ts";
import type { Activation } from "./activation.ts";
import { BudgetMeter } from "./budget.ts";
import { fromErrorRecord, locate, toErrorRecord, toIceError } from "./failure.ts";
import type { Run } from "./run.ts";
import { ScopeRun } from "./scope-run.ts";
import { withoutOutput, withOutputsOfNodes, workflowEnding, type WorkflowOutcome } from "./workflow-outcome.ts";

/** Maximum nesting of sub-workflows; stops a workflow that calls itself without end. */
const maxDepth = 32;
/** Default of `settings.maxConcurrency` of a run; a sub-workflow without one uses that of its run. */
const defaultConcurrency = 16;

export interface FrameOptions {
  readonly run: Run;
  readonly plan: Plan;
  /** Checked already. */
  readonly inputs: JsonObject;
  /** The frame of the node that runs this one as a sub-workflow. */
  readonly parent?: WorkflowFrame | undefined;
  readonly prefix?: string | undefined;
  readonly maxConcurrency?: number | undefined;
}

/** One workflow in one run: the run's own, or a sub-workflow. Holds the state that its scopes share, and starts them. */
export class WorkflowFrame {
  readonly run: Run;
  readonly plan: Plan;
  readonly inputs: JsonObject;
  readonly limiter: Limiter;
  readonly budget: BudgetMeter;
  readonly scope: ScopeRun;
  readonly #parent: WorkflowFrame | undefined;
  readonly #depth: number;
  /** An upper bound of the length of its nodes' outputs as JSON; Infinity if an earlier process ran some of the nodes. */
  handedOver: number;
  #started = false;
  #stoppedBy: IceError | undefined;
  #halted = false;

  constructor({ run, plan, inputs, parent, prefix = "", maxConcurrency }: FrameOptions) {
    this.run = run;
    this.plan = plan;
    this.inputs = inputs;
    this.handedOver = run.history === undefined ? 0 : Infinity;
    this.#parent = parent;
    this.#depth = parent === undefined ? 0 : parent.#depth + 1;
    if (this.#depth > maxDepth)
      throw new IceError(
        "ICE_DEPTH_LIMIT",
        `Workflow "${plan.view.name}" nests deeper than ${maxDepth} sub-workflows.`,
        {
          fix: "end the recursion with a condition, or use a recursive node",
        },
      );
    const slots = maxConcurrency ?? plan.settings.maxConcurrency;
    this.limiter =
      parent === undefined
        ? new Limiter(slots ?? defaultConcurrency)
        : slots === undefined
          ? parent.limiter
          : new Limiter(slots, parent.limiter);
    this.budget = new BudgetMeter(plan.settings.budget, parent?.budget);
    if (run.history !== undefined && (parent === undefined || plan.settings.budget !== undefined))
      this.budget.restore(run.history.spentBelow(prefix));
    this.scope = new ScopeRun({ frame: this, plan: plan.root, prefix });
    const stopped = run.history?.stoppedBy(prefix);
    if (stopped !== undefined) this.#stoppedBy = fromErrorRecord(stopped);
  }

  /** The frame of the run itself. */
  get root(): WorkflowFrame {
    return this.#parent?.root ?? this;
  }

  /** The names that are visible to every node of the workflow. */
  get(name: string): Json | undefined {
    if (name === "inputs") return this.inputs;
    if (name === "run") return this.run.view;
    return name === "workflow" ? (this.plan.view as unknown as JsonObject) : undefined;
  }

  /** Runs the workflow to its end. Failures inside are data. */
  async execute(timeoutSeconds = this.plan.settings.timeoutSeconds): Promise<WorkflowOutcome> {
    const cancelTimer =
      timeoutSeconds === undefined
        ? undefined
        : this.run.setTimer(timeoutSeconds * 1000, () => this.stop(runTimeout(this.plan, timeoutSeconds)));
    this.#started = true;
    const running = this.scope.start();
    if (this.#stoppedBy !== undefined) setImmediate(() => this.scope.cancel());
    const nodes = await running;
    const { outputs } = this.plan;
    const ending = workflowEnding(this.#stoppedBy, nodes);
    const declared =
      ending.status === "completed" && outputs !== undefined ? await this.#declaredOutputs(outputs) : undefined;
    cancelTimer?.();
    // While they were evaluated the workflow may have been stopped.
    if (declared !== undefined)
      return this.#stoppedBy === undefined ? declared : withoutOutput(workflowEnding(this.#stoppedBy, nodes));
    if (outputs !== undefined) return withoutOutput(ending);
    const large = ending.status === "completed" && this.handedOver > this.run.bounds.outputBytes;
    return large ? this.#bounded(nodes.outputs) : withOutputsOfNodes(ending, nodes);
  }

  /** An output that is too long fails the workflow. */
  async #bounded(output: JsonObject): Promise<WorkflowOutcome> {
    try {
      await this.run.bounds.check(output, "the output of workflow", this.plan.view.name);
      return { status: "completed", output, ofNodes: this.plan.outputs === undefined };
    } catch (error) {
      return withoutOutput({ status: "failed", error: locate(toIceError(error), "outputs") });
    }
  }

  /**
   * True while a workflow is resumed only to be stopped, or before it starts: containers that an earlier process had started are
   * entered again, so that their children are found and cancelled; nothing runs.
   */
  get isCancelling(): boolean {
    return this.#stoppedBy !== undefined || this.#parent?.isCancelling === true;
  }

  /** Ends the workflow as failed with `error`, at once. */
  stop(error: IceError): void {
    this.#markStopped(error);
    this.#halt();
  }

  #markStopped(error: IceError): void {
    const { run, scope } = this;
    if (this.#stoppedBy !== undefined) return;
    this.#stoppedBy = error;
    void run.append({ kind: "stopped", at: run.clock.now(), path: scope.prefix, error: toErrorRecord(error) });
  }

  #halt(): void {
    this.#halted = true;
    if (!this.#started) return; // execute() handles it
    this.scope.cancel();
    this.limiter.serve();
  }

  /** True for an error that stops a workflow as a whole, so that no `onError` handles it. */
  isFatal(error: IceError): boolean {
    for (let frame: WorkflowFrame | undefined = this; frame !== undefined; frame = frame.#parent)
      if (frame.budget.violation?.error === error) return true;
    return false;
  }

  /** A node is about to be recorded as failed: if a budget stops its workflow, that is recorded before. */
  recordBudgetStop(error: IceError): void {
    for (let frame: WorkflowFrame | undefined = this; frame !== undefined; frame = frame.#parent)
      if (frame.budget.violation?.error === error) frame.#markStopped(error);
  }

  /** A node failed: a workflow whose budget it exceeded stops now. */
  stopIfOverBudget(error: IceError): void {
    for (let frame: WorkflowFrame | undefined = this; frame !== undefined; frame = frame.#parent) {
      const { violation } = frame.budget;
      if (violation?.error !== error || frame.#halted) continue;
      this.run.emit("budget.exceeded", undefined, violation.exceeded);
      frame.#halt();
    }
  }

  /** Runs a group of children of a container once. */
  async runChildren(parent: Activation, group: string, options: RunChildrenOptions = {}): Promise<ChildrenResult> {
    const { index, locals = {}, signal } = options;
    const plan = parent.node.children.get(group);
    if (plan === undefined)
      throw new IceError("ICE_CHILDREN_UNKNOWN", `Node "${parent.node.id}" has no children "${group}".`, {
        fix: `use one of its groups: ${[...parent.node.children.keys()].join(", ") || "it has none"}`,
      });
    const scope = new ScopeRun({ frame: this, plan, parent, prefix: prefixOf(parent, index), locals });
    const cancel = (): void => scope.cancel();
    const forget = parent.onAbort(cancel);
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted === true) cancel();
    parent.ranChildren = true;
    try {
      return await scope.start();
    } finally {
      forget();
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Runs the sub-workflow of a node. @throws IceError `ICE_INPUT_INVALID`, `ICE_DEPTH_LIMIT`. */
  async runWorkflow(parent: Activation, givenInputs: JsonObject, index: number | undefined): Promise<WorkflowOutcome> {
    const plan = parent.node.workflow!();
    const { current } = parent;
    const inputs = await checkInputs(plan, givenInputs, this.run.pace.slice);
    current.check();
    const frame = new WorkflowFrame({ run: this.run, plan, inputs, parent: this, prefix: prefixOf(parent, index) });
    const forget = parent.onAbort(() => frame.scope.cancel());
    parent.ranChildren = true;
    try {
      return await frame.execute();
    } finally {
      forget();
    }
  }

  /** All outputs share a meter, with pauses in between. */
  async #declaredOutputs(outputs: NonNullable<Plan["outputs"]>): Promise<WorkflowOutcome> {
    const output: Record<string, Json> = {};
    const evaluation = this.run.bounds.evaluation(() => this.#stoppedBy !== undefined);
    for (const [name, field] of outputs) {
      try {
        const value = field.evaluateIn({ get: (root) => this.scope.names.inside(root) }, evaluation);
        output[name] = value instanceof Promise ? await value : value;
      } catch (error) {
        const located = locate(toIceError(error), `${this.scope.prefix}outputs.${name}`);
        return withoutOutput({ status: "failed", error: located });
      }
    }
    return this.#bounded(Object.freeze(output));
  }
}

const prefixOf = ({ path }: Activation, index: number | undefined): string =>
  index === undefined ? `${path}.` : `${path}[${index}].`;

function runTimeout({ view }: Plan, timeoutSeconds: number): IceError {
  return new IceError("ICE_RUN_TIMEOUT", `Workflow "${view.name}" took longer than ${timeoutSeconds} s.`, {
    fix: "raise settings.timeoutSeconds",
    details: { timeoutSeconds },
  });
}
