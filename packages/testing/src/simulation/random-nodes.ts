import type { ChildNode, Json, RegisteredBlueprint } from "@ice/core";
import type { Dice } from "./dice.ts";
import { conversation, type Person } from "./scenario.ts";

type Kind =
  | "tool"
  | "human"
  | "agent"
  | "swarm"
  | "condition"
  | "loop"
  | "parallel"
  | "workflow"
  | "recursive"
  | "monitor";
type Fields = Record<string, Json>;

/** Maximum number of nodes of one scenario, at all depths. */
const maxNodes = 14;
const maxDepth = 3;

/** Creates workflows whose outputs do not depend on timing, or sets `comparable` to false. */
export class Author {
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
    const dice = this.#dice;
    if (depth >= maxDepth || dice.chance(0.5))
      return dice.pick(["human", "human", "tool", "tool", "tool", "tool", "agent", "agent", "swarm"]);
    return this.#dice.pick(["condition", "loop", "loop", "parallel", "workflow", "recursive", "monitor"]);
  }

  #fields(kind: Kind, id: string, depth: number, reads: readonly string[]): Fields {
    if (kind === "tool") return this.#tool(reads);
    if (kind === "human") return this.#human(id);
    if (kind === "monitor") return this.#monitor();
    if (kind === "agent") return this.#agent(id, reads);
    if (kind === "swarm") return this.#swarm(id, reads);
    return { ...this.#container(kind, id, depth, reads), ...this.#mishaps(0.2) };
  }

  #container(
    kind: Exclude<Kind, "tool" | "human" | "agent" | "swarm" | "monitor">,
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
    if (dice.chance(0.3))
      return { type: "recursive", agentPackage: dice.pick(["worker", "thinker"]), initialState: 0, ...until };
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

  /** An agent on a model with a tool, which may be unavailable at first, too slow, or part of a conversation. */
  #agent(id: string, reads: readonly string[]): Fields {
    const dice = this.#dice;
    const model = dice.pick(["fast", "steady", "steady", "steady", "flaky", "slow"]);
    const scope = dice.pick(["none", "none", "run", "store", "store"]);
    const talks = scope !== "none";
    // How often a model is asked again depends on crashes, and the order of turns on timing.
    if (model === "flaky" || talks) this.comparable = false;
    if (model === "flaky" || model === "slow") this.mayFail = true;
    return {
      type: "agent",
      model: `sim/${model}`,
      ...(dice.chance(0.8) && { tools: ["step"] }),
      input: `${id} {{ ${this.#number(reads)} }}`,
      ...(talks && { memory: { scope, thread: conversation, maxTurns: dice.between(1, 3) } }),
      ...(model === "slow" && { timeoutSeconds: 0.03 }),
      ...this.#mishaps(0.7),
    };
  }

  #swarm(id: string, reads: readonly string[]): Fields {
    const dice = this.#dice;
    const agents = ["x", "y", "z"].map((role) => ({ role, package: dice.pick(["worker", "thinker"]) }));
    return {
      type: "swarm",
      task: `${id} {{ ${this.#number(reads)} }}`,
      agents: agents.slice(0, dice.between(2, 3)),
      coordinationStrategy: dice.pick(["consensus", "hierarchical", "marketplace"]),
      maxRounds: dice.between(1, 2),
      ...this.#mishaps(0.3),
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
  if (type === "agent") return [`nodes.?${id}.?steps.orValue(0)`];
  return type === "human" ? [`(nodes.?${id}.?approved.orValue(false) == true ? 1 : 2)`] : [];
}
