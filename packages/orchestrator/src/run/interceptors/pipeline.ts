import type { Activation } from "../activation.ts";
import type { NodeParts } from "../../plan/plan.ts";
import { announce } from "./announce.ts";
import { checkOutput } from "./check-output.ts";
import { execute } from "./execute.ts";
import { prepare } from "./prepare.ts";
import { retry } from "./retry.ts";
import { timeout } from "./timeout.ts";

/** Runs an activation: the value of its node, now or later. Throws or rejects with what went wrong. */
export type Attempt = (activation: Activation) => unknown;

/** Wraps the rest of the pipeline for one node, or returns it unchanged when the node does not use the feature. */
export type Interceptor = (node: NodeParts, next: Attempt) => Attempt;

/** Every node at every depth, outermost first. A node pays only for what it uses. */
const interceptors: readonly Interceptor[] = [checkOutput, retry, timeout, prepare, announce];

export const composeAttempt = (node: NodeParts): Attempt =>
  interceptors.reduceRight<Attempt>((next, intercept) => intercept(node, next), execute);
