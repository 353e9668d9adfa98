import type { z } from "zod";

/** Outputs of the built-in node types, for the types of references to them. */
export interface AgentOutput {
  readonly output: unknown;
  readonly text: string;
  readonly steps: number;
  readonly toolCalls: readonly unknown[];
  readonly finishReason: string;
}

export interface LlmOutput {
  readonly text: string;
  readonly object: unknown;
  readonly model: string;
  readonly finishReason: string;
}

export interface ConditionOutput<Nodes> {
  readonly result: boolean;
  readonly branch: "true" | "false";
  readonly output: unknown;
  readonly nodes: Nodes;
}

export interface RecursiveOutput<State> {
  readonly output: State;
  readonly iterations: number;
  readonly converged: boolean;
  readonly reason: "conditionMet" | "maxIterations";
}

export interface SwarmOutput {
  readonly result: unknown;
  readonly strategy: string;
  readonly rounds: number;
  readonly converged: boolean;
  readonly agents: readonly unknown[];
  readonly transcript: readonly unknown[];
}

export interface HumanOutput<Choice extends string, Response> {
  /** Null when the deadline was missed and `onTimeout` gave a response. */
  readonly approved: boolean | null;
  readonly choice: Choice | null;
  /** Of an `input`; null otherwise, and when the deadline was missed with `onTimeout: reject`. */
  readonly response: Response;
  readonly respondedBy: string | null;
  /** Epoch milliseconds. */
  readonly respondedAt: number | null;
  readonly timedOut: boolean;
  readonly escalated: boolean;
}

export interface MonitorOutput {
  readonly triggered: boolean;
  readonly checks: number;
  readonly triggerCount: number;
  readonly action: string;
  readonly lastValue: unknown;
}

/** The declared output of a node type; anything when it declares none. */
export type OutputOf<Definition> = Definition extends { readonly output?: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : unknown
  : unknown;

/** Outputs of the nodes of all branches. The result is carried along, so that the compiler needs no depth for many branches. */
export type ParallelOutput<Outputs extends readonly object[], Names = object> = Outputs extends readonly [
  infer First,
  ...infer Rest extends readonly object[],
]
  ? ParallelOutput<Rest, Names & First>
  : Names;
