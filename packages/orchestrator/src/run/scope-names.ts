import type { Json } from "@ice/core";
import type { ScopePlan } from "../plan/plan.ts";
import type { SiblingStates } from "../scheduling/sibling-states.ts";
import type { Activation } from "./activation.ts";
import { nodesMap } from "./context.ts";
import type { WorkflowFrame } from "./workflow-frame.ts";

/** Where a scope belongs. */
export interface ScopeOptions {
  readonly frame: WorkflowFrame;
  readonly plan: ScopePlan;
  /** The container; undefined at the top of a workflow. */
  readonly parent?: Activation;
  /** Begins the paths of its nodes: `""`, `listings[3].`. */
  readonly prefix: string;
  readonly locals?: Readonly<Record<string, Json>>;
}

/** What a name means in a scope. */
export class ScopeNames {
  readonly #siblings: SiblingStates;
  readonly #options: ScopeOptions;

  constructor(siblings: SiblingStates, options: ScopeOptions) {
    this.#siblings = siblings;
    this.#options = options;
  }

  /** A name that is no sibling: a local, then what the container sees, then what the workflow gives. */
  outer(name: string): Json | undefined {
    const { locals, parent, frame } = this.#options;
    if (locals !== undefined && Object.hasOwn(locals, name)) return locals[name];
    return parent === undefined ? frame.get(name) : parent.get(name);
  }

  /** A name as it is seen once all nodes have ended: outputs included. */
  inside(name: string): Json | undefined {
    if (this.#siblings.plan.positions.has(name)) return this.#siblings.outputOf(name);
    const outer = this.outer(name);
    return name === "nodes" ? nodesMap(this.#siblings.completedOutputs(), outer) : outer;
  }
}
