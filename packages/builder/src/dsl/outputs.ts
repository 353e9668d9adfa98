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

/** `Name`: of a case in the list. */
export interface SwitchOutput<Name extends string, Nodes> extends Omit<Builtin<"switch">, "case" | "nodes"> {
  readonly case: Name | "otherwise" | null;
  readonly nodes: Nodes;
}

/** The error of a scope, as the lists after its body can read it. */
export type ScopeError = NonNullable<Builtin<"scope">["error"]>;

export interface ScopeOutput<Output, Nodes> extends Omit<Builtin<"scope">, "output" | "nodes"> {
  readonly output: Output;
  readonly nodes: Nodes;
}

/** `Name` and `Payload` are null, or can be null, where the wait has a time. */
export interface WaitOutput<Name extends string | null, Payload> extends Omit<Builtin<"wait">, "signal" | "payload"> {
  readonly signal: Name;
  readonly payload: Payload;
}

export interface EndOutput extends Builtin<"end"> {}

export interface RecursiveOutput<State> extends Omit<Builtin<"recursive">, "output"> {
  readonly output: State;
}

export interface HumanOutput<Choice extends string, Response> extends Omit<Builtin<"human">, "choice" | "response"> {
  readonly choice: Choice | null;
  readonly response: Response;
}

/** Outputs of the nodes of all paths: each has its own ids. */
export type PathsOutput<Paths> = (Paths extends unknown ? (nodes: Paths) => void : never) extends (
  nodes: infer All,
) => void
  ? All
  : never;

/** Entries of a loop: null for those that `settle` did not wait for. */
export type Entries<Entry, Settled> = (Settled extends "all" ? Entry : Entry | null)[];

/** Outputs of the nodes of all branches. The result is carried along, so that the compiler needs no depth for many branches. */
export type ParallelOutput<Outputs extends readonly object[], Names = object> = Outputs extends readonly [
  infer First,
  ...infer Rest extends readonly object[],
]
  ? ParallelOutput<Rest, Names & First>
  : Names;
