import { IceError, type Json, type JsonObject, type RunChildrenOptions } from "@ice/core";
import { isBelow } from "@ice/core/internal";
import { checkInputs } from "../plan/check-inputs.ts";
import type { Plan } from "../plan/plan.ts";
import { Limiter } from "../scheduling/limiter.ts";
import type { Activation } from "./activation.ts";
import { isCancelling } from "./around.ts";
import { BudgetMeter } from "./budget.ts";
import { checkDepth } from "./check-depth.ts";
import type { ScopeResult } from "./children-result.ts";
import type { Run } from "./run.ts";
import { ScopeRun } from "./scope-run.ts";
import { withoutOutput, withOutputsOfNodes, workflowEnding, type WorkflowOutcome } from "./workflow-outcome.ts";
import { withDeclaredOutputs, withOutput, type OutputSource } from "./workflow-output.ts";
import { endedBy, recordedStop, restoredStop, type WorkflowStop } from "./workflow-stop.ts";

/** Default of `settings.maxConcurrency` of a run; a sub-workflow without one uses that of its run. */
const defaultConcurrency = 16;

export interface FrameOptions {
  readonly run: Run;
  readonly plan: Plan;
  /** Checked already. */
  readonly inputs: JsonObject;
  /** The node that runs this one as a sub-workflow. */
  readonly parent?: Activation | undefined;
  readonly prefix?: string | undefined;
  readonly maxConcurrency?: number | undefined;
}

export interface RunGroupOptions extends RunChildrenOptions {
  /** Whether the nodes clean up: the end of the attempt does not cancel them. */
  readonly isCleanup?: boolean;
  readonly keepsOrder?: boolean;
}

/** One workflow in one run: the run's own, or a sub-workflow. Holds the state that its scopes share, and starts them. */
export class WorkflowFrame {
  readonly run: Run;
  readonly plan: Plan;
  readonly inputs: JsonObject;
  readonly limiter: Limiter;
  readonly budget: BudgetMeter;
  readonly scope: ScopeRun;
  /** The node that runs it as a sub-workflow. */
  readonly parent: Activation | undefined;
  /** How many workflows are around it, also across detached runs. */
  readonly depth: number;
  /** An upper bound of the length of its nodes' outputs as JSON; Infinity if an earlier process ran some of the nodes. */
  handedOver: number;
  #started = false;
  #stop: WorkflowStop | undefined;
  #halted = false;

  constructor({ run, plan, inputs, parent, prefix = "", maxConcurrency }: FrameOptions) {
    this.run = run;
    this.plan = plan;
    this.inputs = inputs;
    this.handedOver = run.history === undefined ? 0 : Infinity;
    this.parent = parent;
    const outer = parent?.scope.frame;
    this.depth = outer === undefined ? run.depth : outer.depth + 1;
    checkDepth(this.depth, plan.view.name);
    const slots = maxConcurrency ?? plan.settings.maxConcurrency;
    this.limiter =
      outer === undefined
        ? new Limiter(slots ?? defaultConcurrency)
        : slots === undefined
          ? outer.limiter
          : new Limiter(slots, outer.limiter);
    this.budget = new BudgetMeter(plan.settings.budget, outer?.budget);
    if (run.history !== undefined && (parent === undefined || plan.settings.budget !== undefined))
      this.budget.restore(run.history.spentBelow(prefix));
    this.scope = new ScopeRun({ frame: this, plan: plan.root, prefix });
    const stopped = run.history?.stopOf(prefix);
    if (stopped !== undefined) this.#stop = restoredStop(stopped);
    if (stopped !== undefined) run.hasStopped = true;
  }

  /** The frame of the run itself. */
  get root(): WorkflowFrame {
    return this.#outer?.root ?? this;
  }

  get #outer(): WorkflowFrame | undefined {
    return this.parent?.scope.frame;
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
    if (this.#stop !== undefined) void this.scope.cancel(); // before it starts
    const nodes = await this.scope.start();
    const ending = workflowEnding(this.#stop, nodes);
    const evaluation = ending.status === "completed" ? this.#ownOutput() : undefined;
    const own = evaluation && (await evaluation);
    cancelTimer?.();
    // While it was evaluated the workflow may have been stopped.
    if (own !== undefined) {
      const now = workflowEnding(this.#stop, nodes);
      return now.status === "completed" ? own : withoutOutput(now);
    }
    if (this.plan.outputs !== undefined) return withoutOutput(ending);
    const large = ending.status === "completed" && this.handedOver > this.run.bounds.outputBytes;
    return large ? withOutput(this.#outputSource, nodes.outputs, true) : withOutputsOfNodes(ending, nodes);
  }

  /** The output that an `end` node gives, or else the declared one. */
  #ownOutput(): Promise<WorkflowOutcome> | undefined {
    const given = this.#stop?.end?.output;
    const { outputs } = this.plan;
    if (given !== undefined) return withOutput(this.#outputSource, given, false);
    return outputs === undefined ? undefined : withDeclaredOutputs(this.#outputSource, outputs);
  }

  get #outputSource(): OutputSource {
    const { run, plan, scope } = this;
    return {
      bounds: run.bounds,
      name: plan.view.name,
      prefix: scope.prefix,
      names: { get: (root) => scope.names.inside(root) },
      isStopped: () => this.#stop?.error !== undefined,
    };
  }

  /** Whether nothing new starts in it, because it is being stopped, or something around it. */
  get isCancelling(): boolean {
    const { parent } = this;
    return this.#stop !== undefined || (parent !== undefined && (parent.isClosing || isCancelling(parent.scope)));
  }

  /** Ends the workflow as failed with `error`, at once. */
  stop(error: IceError): void {
    this.#markStopped({ error });
    this.halt();
  }

  /** An `end` node is about to be recorded as completed. */
  markEnded(path: string, output: Json): void {
    this.#markStopped(endedBy(path, output));
  }

  /** The output of the node that has ended the workflow, if it is the one at `path`. */
  outputOfEnd(path: string): Json | undefined {
    return this.#stop?.end?.path === path ? this.#stop.end.nodeOutput : undefined;
  }

  /** How a node inside the one at `path` has ended the workflow, if one has. */
  endInside(path: string): WorkflowStop["end"] {
    const end = this.#stop?.end;
    return end !== undefined && isBelow(end.path, path) ? end : undefined;
  }

  /** The first stop counts. It is recorded before its effects. */
  #markStopped(stop: WorkflowStop): void {
    const { run, scope } = this;
    if (this.#stop !== undefined) return;
    this.#stop = stop;
    run.hasStopped = true;
    void run.append({ kind: "stopped", at: run.clock.now(), path: scope.prefix, ...recordedStop(stop) });
  }

  /** Stops everything in it, for the reason that was recorded. */
  halt(): void {
    this.#halted = true;
    if (!this.#started) return; // execute() handles it
    void this.scope.cancel();
    this.limiter.serve();
  }

  /** True for an error that stops a workflow as a whole, so that no `onError` handles it. */
  isFatal(error: IceError): boolean {
    for (let frame: WorkflowFrame | undefined = this; frame !== undefined; frame = frame.#outer)
      if (frame.budget.violation?.error === error) return true;
    return false;
  }

  /** A node is about to be recorded as failed: if a budget stops its workflow, that is recorded before. */
  recordBudgetStop(error: IceError): void {
    for (let frame: WorkflowFrame | undefined = this; frame !== undefined; frame = frame.#outer)
      if (frame.budget.violation?.error === error) frame.#markStopped({ error });
  }

  /** A node failed: a workflow whose budget it exceeded stops now. */
  stopIfOverBudget(error: IceError): void {
    for (let frame: WorkflowFrame | undefined = this; frame !== undefined; frame = frame.#outer) {
      const { violation } = frame.budget;
      if (violation?.error !== error || frame.#halted) continue;
      this.run.emit("budget.exceeded", undefined, violation.exceeded);
      frame.halt();
    }
  }

  /** Runs a group of children of a container once. */
  async runChildren(parent: Activation, group: string, options: RunGroupOptions = {}): Promise<ScopeResult> {
    const { index, locals = {}, signal, isCleanup = false, keepsOrder = false } = options;
    const plan = parent.node.children.get(group);
    if (plan === undefined)
      throw new IceError("ICE_CHILDREN_UNKNOWN", `Node "${parent.node.id}" has no children "${group}".`, {
        fix: `use one of its groups: ${[...parent.node.children.keys()].join(", ") || "it has none"}`,
      });
    const prefix = prefixOf(parent, index);
    const scope = new ScopeRun({ frame: this, plan, parent, prefix, locals, isCleanup, keepsOrder });
    const cancel = (): Promise<unknown> | undefined => scope.cancel();
    const onSignal = (): void => void cancel();
    const forget = isCleanup ? undefined : parent.onAbort(cancel);
    signal?.addEventListener("abort", onSignal, { once: true });
    if (signal?.aborted === true) onSignal();
    try {
      return await scope.start();
    } finally {
      forget?.();
      signal?.removeEventListener("abort", onSignal);
    }
  }

  /** Runs the sub-workflow of a node. @throws IceError `ICE_INPUT_INVALID`, `ICE_DEPTH_LIMIT`. */
  async runWorkflow(parent: Activation, givenInputs: JsonObject, index: number | undefined): Promise<WorkflowOutcome> {
    const plan = parent.node.workflow!();
    const { current } = parent;
    const inputs = await checkInputs(plan, givenInputs, this.run.pace.slice);
    current.check();
    const frame = new WorkflowFrame({ run: this.run, plan, inputs, parent, prefix: prefixOf(parent, index) });
    const forget = parent.onAbort(() => frame.scope.cancel());
    try {
      return await frame.execute();
    } finally {
      forget();
    }
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
