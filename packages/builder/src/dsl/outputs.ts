import type { builtinNodes } from "@ice/core";
import type { z } from "zod";

/** The declared output of a node type; any value if it declares none. */
export type OutputOf<Definition> = Definition extends { readonly declares?: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : unknown
  : unknown;

type Builtin<Type extends keyof typeof builtinNodes> = OutputOf<(typeof builtinNodes)[Type]>;

// Outputs of built-in types, as declared, or more precisely where the builder knows more.

export interface AgentOutput extends Builtin<"agent"> {}
export interface SwarmOutput extends Builtin<"swarm"> {}
export interface MonitorOutput extends Builtin<"monitor"> {}

export interface LlmOutput<Answer> extends Omit<Builtin<"llm">, "object"> {
  readonly object: Answer;
}

export interface ConditionOutput<Nodes> extends Omit<Builtin<"condition">, "nodes"> {
  readonly nodes: Nodes;
}

export interface RecursiveOutput<State> extends Omit<Builtin<"recursive">, "output"> {
  readonly output: State;
}

export interface HumanOutput<Choice extends string, Response> extends Omit<Builtin<"human">, "choice" | "response"> {
  readonly choice: Choice | null;
  readonly response: Response;
}

/** Outputs of the nodes of all branches. The result is carried along, so that the compiler needs no depth for many branches. */
export type ParallelOutput<Outputs extends readonly object[], Names = object> = Outputs extends readonly [
  infer First,
  ...infer Rest extends readonly object[],
]
  ? ParallelOutput<Rest, Names & First>
  : Names;
