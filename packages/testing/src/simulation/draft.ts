import type { ChildNode, Json, RegisteredBlueprint } from "@ice/core";
import type { Dice } from "./dice.ts";
import type { Person } from "./scenario.ts";

/** Depth at which there are no more containers. */
export const maxDepth = 3;

/** Fields of a random node. */
export type Fields = Record<string, Json>;

/** Where random nodes are. */
export interface Place {
  readonly depth: number;
  /** Numeric expressions that they may read. */
  readonly reads: readonly string[];
  /** Whether they clean up: none of them may wait for days, observe or end the workflow. */
  readonly isCleanup: boolean;
  /** Whether they are in a run that another one has started, where models are not checked. */
  readonly isDetached: boolean;
}

/** A random scenario while it is made. */
export class Draft {
  readonly dice: Dice;
  /** Makes random nodes at a place. */
  readonly nodes: (wanted: number, place: Place) => ChildNode[];
  readonly people: Record<string, Person> = {};
  readonly workflows: RegisteredBlueprint[] = [];
  /** Whether nothing is drawn that depends on timing. */
  readonly isCalm: boolean;
  /** Whether its outputs do not depend on timing. */
  comparable = true;
  /** Whether a node of it may fail. */
  mayFail = false;
  /** Number of nodes and workflows. */
  count = 0;

  constructor(dice: Dice, nodes: (draft: Draft, wanted: number, place: Place) => ChildNode[]) {
    this.dice = dice;
    this.isCalm = dice.chance(0.3);
    this.nodes = (wanted, place) => nodes(this, wanted, place);
  }

  /** Whether to draw something that makes outputs depend on timing. */
  timely(probability: number): boolean {
    const isDrawn = !this.isCalm && this.dice.chance(probability);
    if (isDrawn) this.comparable = false;
    return isDrawn;
  }

  /** A number: literal, or computed from another one. */
  number(reads: readonly string[]): string {
    const { dice } = this;
    return reads.length === 0 || dice.chance(0.3) ? String(dice.between(0, 99)) : `(${dice.pick(reads)} + 1)`;
  }

  /** Retries and fallbacks. */
  mishaps(retries: number): Fields {
    const { dice } = this;
    return {
      ...(dice.chance(retries) && {
        retryPolicy: {
          maxAttempts: dice.between(2, 3),
          backoffStrategy: "fixed",
          backoffSeconds: dice.pick([0, 0.01, 0.05]),
          jitter: dice.pick([0, 0.5]),
        },
      }),
      ...(dice.chance(0.15) && { onError: dice.pick(["skip", { output: { v: 0 } }] as const) as Json }),
    };
  }

  /** Registers a sub-workflow, and returns its name. Its nodes read `inputs.x`. */
  workflow(place: Place): string {
    const { dice } = this;
    const name = `w${(this.count += 1)}`;
    const nodes = this.nodes(dice.between(1, 2), { ...place, depth: place.depth + 1, reads: ["inputs.x"] });
    const settings: Fields = {
      ...(dice.chance(0.3) && { failurePolicy: dice.pick(["always", "continuePossible"]) }),
      ...(dice.chance(0.3) && { maxConcurrency: dice.between(1, 2) }),
    };
    if (this.timely(0.1)) settings["timeoutSeconds"] = 0.04;
    this.workflows.push({ name, nodes, settings });
    return name;
  }
}

/** Numbers of a node that other nodes may read, whether it completed or not. */
export function readable({ id, type, toolName }: ChildNode): string[] {
  if (type === "tool") return toolName === "signal" ? [] : [`nodes.?${id}.?v.orValue(0)`];
  if (type === "agent") return [`nodes.?${id}.?steps.orValue(0)`];
  return type === "human" ? [`(nodes.?${id}.?approved.orValue(false) == true ? 1 : 2)`] : [];
}
