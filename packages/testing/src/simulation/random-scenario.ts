import type { ChildNode, Json, NodeInput, RegisteredBlueprint } from "@ice/core";
import { seededRandom } from "../runtime/test-runtime.ts";
import type { Crash, FaultPlan, Person, Scenario } from "./scenario.ts";

type Kind = "tool" | "human" | "condition" | "loop" | "parallel" | "workflow" | "recursive" | "monitor";
type Fields = Record<string, Json>;

/** Maximum number of nodes of one scenario, at all depths. */
const maxNodes = 14;
const maxDepth = 3;

/** A random workflow with people and faults; the same for the same seed. */
export function randomScenario(seed: number): Scenario {
  const dice = new Dice(seededRandom(seed));
  const author = new Author(dice);
  const nodes = author.nodes(dice.between(2, 6), 0, []) as unknown as NodeInput[];
  const settings: Fields = {
    failurePolicy: dice.pick(["continuePossible", "continuePossible", "continuePossible", "always", "halt"]),
    ...(dice.chance(0.4) && { maxConcurrency: dice.between(1, 3) }),
  };
  if (settings["failurePolicy"] === "halt" && author.mayFail) author.comparable = false;
  if (dice.chance(0.06)) {
    settings["budget"] = { toolCalls: dice.between(1, 6) };
    author.comparable = false;
  }
  if (dice.chance(0.04)) {
    settings["timeoutSeconds"] = 0.05;
    author.comparable = false;
  }
  const faultPlan = randomFaultPlan(dice);
  return {
    blueprint: { name: "sim", nodes, settings },
    workflows: author.workflows,
    people: author.people,
    comparable: author.comparable && faultPlan.cancelMs === undefined,
    faultPlan,
  };
}

function randomFaultPlan(dice: Dice): FaultPlan {
  return {
    seed: dice.between(1, 1e9),
    commitMs: dice.pick([0, 1, 1, 5, 20]),
    crashes: Array.from({ length: dice.pick([0, 1, 1, 2, 3, 5]) }, () => randomCrash(dice)),
    downtimeMs: dice.pick([0, 10, 100, 1000]),
    ...(dice.chance(0.08) && { cancelMs: dice.between(0, 150) }),
  };
}

function randomCrash(dice: Dice): Crash {
  const at = dice.pick(["call", "call", "call", "time", "time", "close"] as const);
  if (at !== "call") return { at, ms: dice.between(0, 150) };
  return {
    at,
    nth: dice.between(1, 25),
    fault: dice.pick(["crashBefore", "crashAfter", "crashAfter", "reject"] as const),
  };
}

class Dice {
  readonly #random: () => number;
  constructor(random: () => number) {
    this.#random = random;
  }
  /** Both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }
  chance(probability: number): boolean {
    return this.#random() < probability;
  }
  pick<const T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }
}

/** Creates workflows whose outputs do not depend on timing, or sets `comparable` to false. */
class Author {
  readonly people: Record<string, Person> = {};
  readonly workflows: RegisteredBlueprint[] = [];
  comparable = true;
  mayFail = false;
  #count = 0;
  readonly #dice: Dice;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** @param locals - numeric expressions that the nodes may read. */
  nodes(wanted: number, depth: number, locals: readonly string[]): ChildNode[] {
    const dice = this.#dice;
    const nodes: ChildNode[] = [];
    for (let index = 0; index < wanted && (this.#count < maxNodes || index === 0); index += 1) {
      const id = `n${(this.#count += 1)}`;
      const kind = this.#kindAt(depth);
      const observed = nodes.filter(({ type }) => type !== "monitor");
      const before = kind === "monitor" ? [] : observed.filter(() => dice.chance(0.4));
      const join = before.length === 0 ? "all" : dice.pick(["all", "all", "all", "strict", "any", "ended", "atLeast"]);
      const early = join === "any" || join === "atLeast";
      const reads = early ? locals : [...locals, ...before.flatMap(readable)];
      nodes.push({
        id,
        ...(before.length > 0 && { dependencies: before.map((node) => node.id) }),
        ...(join !== "all" && { join: join === "atLeast" ? { atLeast: dice.between(1, before.length) } : join }),
        ...(dice.chance(0.1) && { when: `${this.#number(reads)} % 2 == 0` }),
        ...this.#fields(kind, id, depth, reads),
      } as unknown as ChildNode);
    }
    return nodes;
  }

  #kindAt(depth: number): Kind {
    if (depth >= maxDepth || this.#dice.chance(0.5)) return this.#dice.chance(0.25) ? "human" : "tool";
    return this.#dice.pick(["condition", "loop", "loop", "parallel", "workflow", "recursive", "monitor"]);
  }

  #fields(kind: Kind, id: string, depth: number, reads: readonly string[]): Fields {
    if (kind === "tool") return this.#tool(reads);
    if (kind === "human") return this.#human(id);
    if (kind === "monitor") return this.#monitor();
    return { ...this.#container(kind, id, depth, reads), ...this.#mishaps(0.2) };
  }

  #container(
    kind: Exclude<Kind, "tool" | "human" | "monitor">,
    id: string,
    depth: number,
    reads: readonly string[],
  ): Fields {
    const dice = this.#dice;
    const children = (locals: readonly string[] = []): Json =>
      this.nodes(dice.between(1, 3), depth + 1, [...reads, ...locals]) as unknown as Json;
    switch (kind) {
      case "condition":
        return {
          type: "condition",
          expression: `${this.#number(reads)} % 2 == 0`,
          truePath: children(),
          ...(dice.chance(0.7) && { falsePath: children() }),
        };
      case "loop": {
        const parallel = dice.chance(0.5);
        return {
          type: "loop",
          itemsSource: `range(${dice.between(0, 3)})`,
          // Unique names, so that an inner loop hides nothing.
          itemVar: `${id}i`,
          indexVar: `${id}x`,
          body: children([`${id}i`]),
          ...(parallel
            ? { parallel, maxConcurrency: dice.between(1, 3) }
            : dice.chance(0.3) && { until: `${id}x >= 1` }),
          ...(dice.chance(0.6) && { onItemError: dice.pick(["skip", "collect"]) }),
        };
      }
      case "parallel": {
        const branches = Array.from({ length: dice.between(2, 3) }, () => children());
        const settle = dice.pick(["all", "all", "first", { atLeast: dice.between(1, branches.length) }] as const);
        if (settle !== "all") this.comparable = false;
        return { type: "parallel", branches, settle: settle, mergeOutputs: dice.chance(0.5) };
      }
      case "workflow":
        return { type: "workflow", workflowRef: this.#workflow(depth), inputs: { x: `{{ ${this.#number(reads)} }}` } };
      default:
        return this.#recursive(depth);
    }
  }

  #recursive(depth: number): Fields {
    const dice = this.#dice;
    const until = { convergenceCondition: `iteration >= ${dice.between(0, 2)}`, maxIterations: 3 };
    if (dice.chance(0.4))
      return { type: "recursive", workflowRef: this.#workflow(depth), inputs: { x: "{{ iteration }}" }, ...until };
    const body = this.nodes(dice.between(1, 2), maxDepth, ["iteration"]) as unknown as Json;
    return { type: "recursive", body, initialState: 0, ...until };
  }

  #workflow(depth: number): string {
    const dice = this.#dice;
    const name = `w${(this.#count += 1)}`;
    const nodes = this.nodes(dice.between(1, 2), depth + 1, ["inputs.x"]);
    const settings: Fields = {
      ...(dice.chance(0.3) && { failurePolicy: dice.pick(["always", "continuePossible"]) }),
      ...(dice.chance(0.3) && { maxConcurrency: dice.between(1, 2) }),
    };
    if (dice.chance(0.1)) {
      settings["timeoutSeconds"] = 0.04;
      this.comparable = false;
    }
    this.workflows.push({ name, nodes, settings });
    return name;
  }

  #tool(reads: readonly string[]): Fields {
    const dice = this.#dice;
    const args: Fields = { v: `{{ ${this.#number(reads)} }}`, ms: dice.pick([0, 0, 1, 5, 10, 10, 20, 50]) };
    if (dice.chance(0.12)) {
      args["fail"] = true;
      this.mayFail = true;
    } else if (dice.chance(0.2)) {
      args["failures"] = 1;
      this.mayFail = true;
    }
    const mishaps = this.#mishaps(0.5);
    const toolName = dice.pick(["effect", "effect", "pure", "repeatable"]);
    // A crash adds a call and, for an external effect, uses up an attempt, so it changes whether the node fails in the end.
    if (args["failures"] === 1 && (mishaps["retryPolicy"] === undefined || toolName === "effect"))
      this.comparable = false;
    const timesOut = dice.chance(0.06);
    if (timesOut) {
      args["ms"] = 500;
      this.mayFail = true;
    }
    return {
      type: "tool",
      toolName,
      toolArgs: args,
      ...(timesOut && { timeoutSeconds: 0.03 }),
      ...mishaps,
    };
  }

  #mishaps(retries: number): Fields {
    const dice = this.#dice;
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

  #human(id: string): Fields {
    const dice = this.#dice;
    const approvalType = dice.pick(["approval", "choice", "input"] as const);
    const approved = dice.chance(0.5);
    const answer = {
      approval: { approved },
      choice: { choice: approved ? "a" : "b" },
      input: { response: { v: dice.between(0, 9) } },
    }[approvalType];
    const deadline = dice.chance(0.3);
    const when = deadline ? "never" : dice.pick(["early", "during", "later", "later"] as const);
    this.people[id] = { answer, when, atMs: dice.between(0, 200) };
    const onTimeout = dice.pick([
      "reject",
      "fail",
      { output: { v: 1 } },
      { escalateTo: "boss", timeoutSeconds: 0.1 },
    ] as const);
    if (deadline && (onTimeout === "fail" || (typeof onTimeout === "object" && "escalateTo" in onTimeout)))
      this.mayFail = true;
    if (deadline && dice.chance(0.3)) {
      this.people[id] = { ...this.people[id], when: "during" };
      this.comparable = false;
    }
    return {
      type: "human",
      promptMessage: `${id}?`,
      approvalType,
      ...(approvalType === "choice" && { choices: ["a", "b"] }),
      ...(deadline && { timeoutSeconds: dice.pick([0.02, 0.2]), onTimeout: onTimeout }),
    };
  }

  #monitor(): Fields {
    const dice = this.#dice;
    const actionOnTrigger = dice.pick(["alert", "pause", "pause", "abort"]);
    if (actionOnTrigger === "abort") this.comparable = false;
    return {
      type: "monitor",
      metricExpression: `metrics.nodesCompleted >= ${dice.between(1, 3)}`,
      checkIntervalSeconds: 0.1,
      actionOnTrigger,
      alertChannels: [],
    };
  }

  #number(reads: readonly string[]): string {
    const dice = this.#dice;
    return reads.length === 0 || dice.chance(0.3) ? String(dice.between(0, 99)) : `(${dice.pick(reads)} + 1)`;
  }
}

/** Numbers of a node that other nodes may read, whether it completed or not. */
function readable({ id, type }: ChildNode): string[] {
  if (type === "tool") return [`nodes.?${id}.?v.orValue(0)`];
  return type === "human" ? [`(nodes.?${id}.?approved.orValue(false) == true ? 1 : 2)`] : [];
}
