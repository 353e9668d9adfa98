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

/** The declared output of a node type; anything when it declares none. */
export type OutputOf<Definition> = Definition extends { readonly output?: infer Schema }
  ? Schema extends z.ZodType
    ? z.output<Schema>
    : unknown
  : unknown;
