import type { Json } from "@ice/core";
import type { ScopePlan } from "../plan/plan.ts";
import type { SiblingStates } from "../scheduling/sibling-states.ts";
import type { Activation } from "./activation.ts";
import { nodesMap } from "./context.ts";
import type { WorkflowFrame } from "./workflow-frame.ts";

/** The position of a scope in a run. */
export interface ScopeOptions {
  readonly frame: WorkflowFrame;
  readonly plan: ScopePlan;
  /** The container; undefined at the top of a workflow. */
  readonly parent?: Activation | undefined;
  /** Prefix of the paths of its nodes: `""`, `listings[3].`. */
  readonly prefix: string;
  readonly locals?: Readonly<Record<string, Json>> | undefined;
  /** Whether its nodes clean up: they run although something around is being stopped. */
  readonly isCleanup?: boolean | undefined;
  /** Whether the order is needed in which its nodes end. */
  readonly keepsOrder?: boolean | undefined;
}

/** Resolves the names of expressions in a scope. */
export class ScopeNames {
  readonly #siblings: SiblingStates;
  readonly #options: ScopeOptions;

  constructor(siblings: SiblingStates, options: ScopeOptions) {
    this.#siblings = siblings;
    this.#options = options;
  }

  /** A name that is no sibling: a local, then a name of the container, then one of the workflow. */
  outer(name: string): Json | undefined {
    const { locals, parent, frame } = this.#options;
    if (locals !== undefined && Object.hasOwn(locals, name)) return locals[name];
    return parent === undefined ? frame.get(name) : parent.get(name);
  }

  /** A name after all nodes have ended: outputs included. */
  inside(name: string): Json | undefined {
    if (this.#siblings.plan.positions.has(name)) return this.#siblings.outputOf(name);
    const outer = this.outer(name);
    return name === "nodes" ? nodesMap(this.#siblings.completedOutputs(), outer) : outer;
  }
}
