import type { NodeParts } from "../../plan/plan.ts";
import { checkOutput } from "./check-output.ts";
import { execute } from "./execute.ts";
import type { Attempt, Interceptor } from "./interceptor.ts";
import { prepare } from "./prepare.ts";
import { recordStart } from "./record-start.ts";
import { retry } from "./retry.ts";
import { timeout } from "./timeout.ts";

/** The interceptors of every node, outermost first. Each node gets only those that it uses. */
const interceptors: readonly Interceptor[] = [checkOutput, retry, timeout, prepare, recordStart];

export const composeAttempt = (node: NodeParts): Attempt =>
  interceptors.reduceRight<Attempt>((next, intercept) => intercept(node, next), execute);
