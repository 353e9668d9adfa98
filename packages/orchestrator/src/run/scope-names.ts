import type { Json } from "@ice/core";
import type { Activation } from "./activation.ts";
import { nodesMap } from "./context.ts";
import type { SiblingStates } from "./sibling-states.ts";
import type { WorkflowFrame } from "./workflow-frame.ts";

/** What names mean in one scope, for expressions. */
export class ScopeNames {
  readonly #siblings: SiblingStates;
  readonly #locals: Readonly<Record<string, Json>>;
  readonly #parent: Activation | undefined;
  readonly #frame: WorkflowFrame;

  constructor(
    siblings: SiblingStates,
    {
      locals,
      parent,
      frame,
    }: {
      readonly locals: Readonly<Record<string, Json>>;
      readonly parent: Activation | undefined;
      readonly frame: WorkflowFrame;
    },
  ) {
    this.#siblings = siblings;
    this.#locals = locals;
    this.#parent = parent;
    this.#frame = frame;
  }

  /** A name that is no sibling: a local, then what the container sees, then what the workflow gives. */
  getOuter(name: string): Json | undefined {
    if (Object.hasOwn(this.#locals, name)) return this.#locals[name];
    return this.#parent === undefined ? this.#frame.get(name) : this.#parent.get(name);
  }

  /** A name as it is seen once all nodes have ended: outputs included. */
  getInside(name: string): Json | undefined {
    if (this.#siblings.plan.positions.has(name)) return this.#siblings.outputOf(name);
    const outer = this.getOuter(name);
    return name === "nodes" ? nodesMap(this.#siblings.completedOutputs(), outer) : outer;
  }
}
