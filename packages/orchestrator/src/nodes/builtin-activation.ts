import type { ConfigOf, NodeDefinition } from "@ice/core";
import type { Activation } from "../run/activation.ts";

/**
 * The argument of a built-in executor: the public activation with internal extras (sub-workflows, tool calls, memory).
 * `Evaluated` lists the fields whose type changes by evaluation: an expression becomes its result.
 */
export type BuiltinActivation<Definition extends NodeDefinition, Evaluated = unknown> = Omit<Activation, "config"> & {
  readonly config: Omit<ConfigOf<Definition>, keyof Evaluated> & Evaluated;
};
