import type { AgentDefinition, FunctionAgent, JsonObject, ModelAgent } from "@ice/core";
import type { CallOptions, NodeOptions } from "./node-options.ts";
import { scopeRefs, type Expr, type Refs, type Templated } from "./ref.ts";
import { toCel, toTemplate } from "./templates.ts";

/** Fields of the node's own type, and the options of every node. */
type Split<Visible> = [fields: Readonly<Record<string, unknown>>, options: CallOptions<Visible>];

/** Number of items or branches that have to complete. */
export type Settle = "all" | "first" | { readonly atLeast: number };

/** The data of an iteration of a loop. */
export interface Each<Item> {
  readonly item: Item;
  /** From 0. */
  readonly index: number;
}

/** Options of a loop. */
export interface LoopOptions<Visible, Inside, Entry, Settled extends Settle = Settle> extends NodeOptions<Visible> {
  readonly parallel?: boolean;
  readonly maxConcurrency?: number;
  readonly maxIterations?: number;
  readonly onItemError?: "fail" | "skip" | "collect";
  /** With `parallel`: number of items that have to complete. The others are cancelled, and null in the output. Default `all`. */
  readonly settle?: Settled;
  readonly until?: (scope: Refs<Inside>) => Expr<unknown>;
  /** The entry of an iteration in the output. Default: output of the body's last node. */
  readonly itemOutput?: (scope: Refs<Inside>) => Templated<Entry>;
}

export function loopFields<Visible, Inside, Entry>({
  until,
  itemOutput,
  parallel,
  maxConcurrency,
  maxIterations,
  onItemError,
  settle,
  ...options
}: LoopOptions<Visible, Inside, Entry>): Split<Visible> {
  const fields = {
    parallel,
    maxConcurrency,
    maxIterations,
    onItemError,
    settle,
    until: until && toCel(until(scopeRefs())),
    itemOutput: itemOutput && toTemplate(itemOutput(scopeRefs())),
  };
  return [fields, options];
}

/** Options of a parallel node. */
export interface ParallelOptions<Visible> extends NodeOptions<Visible> {
  readonly maxConcurrency?: number;
  /** Number of branches that have to complete. Default `all`. */
  readonly settle?: Settle;
}

export function parallelFields<Visible>({
  maxConcurrency,
  settle,
  ...options
}: ParallelOptions<Visible>): Split<Visible> {
  return [{ maxConcurrency, settle }, options];
}

/** The data of an iteration. */
export interface Iteration<State> {
  readonly state: State;
  /** From 0. */
  readonly iteration: number;
}

/** Options of every form of `recursive`. */
export interface RecursiveOptions<Visible, State, Inside = Visible> extends NodeOptions<Visible> {
  readonly initialState: Templated<State>;
  /** Ends the recursion when it is true for the new state. */
  readonly until: (scope: Refs<Inside & Iteration<State>>) => Expr<unknown>;
  /** Maximum number of iterations. Default 50. */
  readonly maxIterations?: number;
}

/** A `recursive` node that runs a workflow in each iteration. */
export interface RepeatedWorkflow<Visible, State> {
  /** `name`, `name@version` or `./file.yaml`. */
  readonly workflowRef: string;
  /** Default: `state` and `iteration`. */
  readonly inputs?: (scope: Refs<Visible & Iteration<State>>) => object;
}

/** A `recursive` node that calls an agent in each iteration. */
export interface RepeatedAgent {
  /** The agent or its registered name. Its input is `{ state, iteration }`. */
  readonly agentPackage: AgentDefinition | string;
}

/** A `recursive` node over sibling nodes. */
export interface RepeatedSiblings {
  /** Ids of later siblings that loop back to the recursive node. */
  readonly recursiveSources: readonly [string, ...string[]];
}

/** Any of the forms without a body. */
export type Repeated<Visible> = Partial<RepeatedWorkflow<Visible, unknown> & RepeatedAgent & RepeatedSiblings>;

export function recursiveFields<Visible>({
  initialState,
  until,
  maxIterations,
  workflowRef,
  inputs,
  agentPackage,
  recursiveSources,
  ...options
}: RecursiveOptions<Visible, unknown> & Repeated<Visible>): Split<Visible> {
  const fields = {
    initialState: toTemplate(initialState),
    convergenceCondition: toCel(until(scopeRefs())),
    maxIterations,
    workflowRef,
    inputs: inputs && toTemplate(inputs(scopeRefs())),
    agentPackage: typeof agentPackage === "object" ? agentPackage.name : agentPackage,
    recursiveSources,
  };
  return [fields, options];
}

/** A member of a swarm. `config`: of an agent on a model, what is other than in its definition. */
export type SwarmMember = { readonly role: string } & (
  | { readonly agent: ModelAgent; readonly config?: MemberOverrides }
  | { readonly agent: string | FunctionAgent; readonly config?: JsonObject }
);

type MemberOverrides = Partial<Pick<ModelAgent, "model" | "system" | "temperature" | "maxTokens">>;

/** Options of a swarm. */
export interface SwarmOptions<Visible> extends CallOptions<Visible> {
  readonly agents: readonly SwarmMember[];
  readonly task: (scope: Refs<Visible>) => unknown;
  readonly strategy: "consensus" | "hierarchical" | "marketplace";
  readonly maxRounds?: number;
  readonly consensusThreshold?: number;
}

export function swarmFields<Visible>({
  agents,
  task,
  strategy,
  maxRounds,
  consensusThreshold,
  ...options
}: SwarmOptions<Visible>): Split<Visible> {
  const fields = {
    agents: agents.map(({ agent, role, config }) => ({
      package: typeof agent === "string" ? agent : agent.name,
      role,
      ...(config && { configOverrides: config }),
    })),
    task: toTemplate(task(scopeRefs())),
    coordinationStrategy: strategy,
    maxRounds,
    consensusThreshold,
  };
  return [fields, options];
}
