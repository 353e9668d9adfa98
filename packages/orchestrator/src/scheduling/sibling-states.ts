import type { Json, NodeRecord, SkipReason } from "@ice/core";
import type { ScopePlan } from "../plan/plan.ts";
import { decideJoin, isEarlyJoin, type JoinDecision } from "./join.ts";

/** `failed` includes nodes that were skipped because of a failure: their dependents count them as failed. */
export type SiblingState = "pending" | "ready" | "running" | "completed" | "failed" | "skipped" | "cancelled";

/** The states of the siblings of one scope: states, outputs, and per node how its dependencies ended. */
export class SiblingStates {
  readonly plan: ScopePlan;
  readonly states: SiblingState[];
  /** Per position: the output of a completed node, else undefined. */
  readonly outputs: (Json | undefined)[];
  readonly #openDependencies: number[];
  /** Per position: dependencies that ended without completing, and how many of them failed. Created for the first of them. */
  #missingDependencies: number[] | undefined;
  #failedDependencies: number[] | undefined;
  /** Nodes that have not been released. */
  open: number;
  /** Positions in the order of release, if someone needs it. */
  order: number[] | undefined;

  constructor(plan: ScopePlan) {
    const size = plan.nodes.length;
    this.plan = plan;
    this.states = new Array<SiblingState>(size).fill("pending");
    this.outputs = new Array<Json | undefined>(size).fill(undefined);
    this.#openDependencies = plan.inDegrees.slice();
    this.open = size;
  }

  /** The decision of the node's join. `ignoreFailures`: a failed dependency counts as skipped. */
  decide(position: number, ignoreFailures: boolean): JoinDecision {
    const { join, dependencies } = this.plan.nodes[position]!;
    const open = this.#openDependencies[position]!;
    if (open > 0 && !isEarlyJoin(join)) return "wait";
    const total = dependencies.length;
    const completed = total - open - (this.#missingDependencies?.[position] ?? 0);
    return decideJoin(join, {
      total,
      open,
      completed,
      failed: ignoreFailures ? 0 : (this.#failedDependencies?.[position] ?? 0),
    });
  }

  hasEnded(position: number): boolean {
    const state = this.states[position]!;
    return state !== "pending" && state !== "ready" && state !== "running";
  }

  /** Why a node can never run. `ignoreFailures`: a failed dependency counts as skipped. */
  skipReason(position: number, ignoreFailures: boolean): SkipReason {
    const failed = this.#failedDependencies?.[position] ?? 0;
    return failed > 0 && !ignoreFailures ? "dependencyFailed" : "dependencySkipped";
  }

  /** Restores an outcome. Undefined for a node that is not in the plan, as after a resume that forced another blueprint. */
  restore(id: string, { status, skipReason, output = null }: NodeRecord): number | undefined {
    const position = this.plan.positions.get(id);
    if (position === undefined) return undefined;
    this.states[position] = skipReason === "dependencyFailed" ? "failed" : (status as SiblingState);
    if (status === "completed") this.outputs[position] = output;
    return position;
  }

  /** Counts an ended node for its dependents, and returns them. */
  release(position: number): readonly number[] {
    this.open -= 1;
    this.order?.push(position);
    const state = this.states[position]!;
    const { dependents } = this.plan.nodes[position]!;
    for (const dependent of dependents) this.#openDependencies[dependent]! -= 1;
    if (state !== "completed") {
      countIn((this.#missingDependencies ??= this.#zeros()), dependents);
      if (state === "failed") countIn((this.#failedDependencies ??= this.#zeros()), dependents);
    }
    return dependents;
  }

  #zeros(): number[] {
    return new Array<number>(this.states.length).fill(0);
  }

  /** Output of a sibling by id; undefined for an unknown name, or without output. */
  outputOf(id: string): Json | undefined {
    const position = this.plan.positions.get(id);
    return position === undefined ? undefined : this.outputs[position];
  }

  /** Outputs of the completed nodes by id, in list order. */
  completedOutputs(): Record<string, Json> {
    const outputs: Record<string, Json> = {};
    for (let position = 0; position < this.outputs.length; position += 1) {
      const output = this.outputs[position];
      if (output !== undefined) outputs[this.plan.nodes[position]!.id] = output;
    }
    return outputs;
  }

  /** Ids of the completed nodes in the order of their ends. Only with `order`. */
  completedInOrder(): readonly string[] {
    return (this.order ?? [])
      .filter((position) => this.states[position] === "completed")
      .map((position) => this.plan.nodes[position]!.id);
  }

  /** Output of the last listed node that completed and does not only observe; null if there is none. */
  lastOutput(): Json {
    const last = this.outputs.findLastIndex(
      (output, at) => output !== undefined && !this.plan.nodes[at]!.definition.observes,
    );
    return last < 0 ? null : this.outputs[last]!;
  }
}

function countIn(counts: number[], positions: readonly number[]): void {
  for (const position of positions) counts[position]! += 1;
}
