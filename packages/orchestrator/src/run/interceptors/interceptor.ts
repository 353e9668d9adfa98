import type { NodeParts } from "../../plan/plan.ts";
import type { Activation } from "../activation.ts";

/** Runs an activation: the value of its node, now or later. Throws or rejects with what went wrong. */
export type Attempt = (activation: Activation) => unknown;

/** Wraps the rest of the pipeline for one node, or returns it unchanged when the node does not use the feature. */
export type Interceptor = (node: NodeParts, next: Attempt) => Attempt;
