import type { JsonObject, RunChildrenOptions, SkipReason } from "@ice/core";
import { stepCost } from "../scheduling/pace.ts";
import type { Activation } from "./activation.ts";
import type { ScopeResult } from "./children-result.ts";
import type { RunGroupOptions } from "./workflow-frame.ts";
import type { WorkflowOutcome } from "./workflow-outcome.ts";

/** The children of a node: groups of nodes, or a sub-workflow. The node is not busy while they run. */
export class NodeChildren {
  /** Whether some have run in this process. */
  haveRun = false;
  readonly #activation: Activation;
  /** Groups in progress. */
  #groups = 0;

  constructor(activation: Activation) {
    this.#activation = activation;
  }

  /** Runs a group of nodes. An attempt that was aborted meanwhile does not continue. */
  run(group: string, options?: RunChildrenOptions): Promise<ScopeResult> {
    return this.#unlessAborted(() => this.runGroup(group, options));
  }

  /** Like `run`, for an executor that goes on when its attempt has ended, in order to clean up. */
  async runGroup(group: string, options?: RunGroupOptions): Promise<ScopeResult> {
    const activation = this.#activation;
    return this.#inProgress(() => activation.scope.frame.runChildren(activation, group, options));
  }

  /** Runs the node's sub-workflow. @param index - number of an iteration of `recursive`. */
  runWorkflow(inputs: JsonObject, index?: number): Promise<WorkflowOutcome> {
    const activation = this.#activation;
    return this.#unlessAborted(() =>
      this.#inProgress(() => activation.scope.frame.runWorkflow(activation, inputs, index)),
    );
  }

  /** Records the nodes of a group that does not run as skipped. */
  skip(group: string, reason: SkipReason): void {
    const { run, node, path } = this.#activation;
    for (const child of (!run.released && node.children.get(group)?.nodes) || [])
      run.recordSkipped(`${path}.${child.id}`, child.type, reason);
  }

  async #unlessAborted<T>(work: () => Promise<T>): Promise<T> {
    const { current, run } = this.#activation;
    current.check();
    if (run.pace.isOver(stepCost.node)) {
      await run.pace.slice.next();
      current.check();
    }
    const result = await work();
    current.check();
    return result;
  }

  async #inProgress<T>(work: () => Promise<T>): Promise<T> {
    const activation = this.#activation;
    this.#groups += 1;
    this.haveRun = true;
    activation.idle(true);
    try {
      return await work();
    } finally {
      this.#groups -= 1;
      if (this.#groups === 0 && !activation.ended) activation.idle(false);
    }
  }
}
