import type { ConfigOf, NodeDefinition } from "@ice/core";
import type { Activation } from "../run/activation.ts";

/**
 * What a built-in executor gets: the public activation and the engine's own extras (sub-workflows, tool calls, memory).
 * `Evaluated` names the fields whose type changes when they are evaluated: an expression becomes its result.
 */
export type BuiltinActivation<Definition extends NodeDefinition, Evaluated = unknown> = Omit<Activation, "config"> & {
  readonly config: Omit<ConfigOf<Definition>, keyof Evaluated> & Evaluated;
};
