import type { NodeParts } from "../../plan/plan.ts";
import type { Activation } from "../activation.ts";

/** Runs an activation and returns the value of its node, or a promise of it. Throws or rejects with the error. */
export type Attempt = (activation: Activation) => unknown;

/** Wraps the rest of the pipeline for one node, or returns it unchanged if the node does not use the feature. */
export type Interceptor = (node: NodeParts, next: Attempt) => Attempt;
