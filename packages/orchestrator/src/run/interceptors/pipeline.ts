import type { ComposeNode } from "../../plan/plan.ts";
import type { Activation } from "../activation.ts";
import { checkOutput } from "./check-output.ts";
import { execute } from "./execute.ts";
import { checkCacheKey, findCached } from "./find-cached.ts";
import type { Attempt, Interceptor } from "./interceptor.ts";
import { executeOrPlace, repeatLost } from "./place.ts";
import { prepare } from "./prepare.ts";
import { recordStart } from "./record-start.ts";
import { retry } from "./retry.ts";
import { timeout } from "./timeout.ts";

/** The interceptors of every node, outermost first. Each node gets only those that it uses. */
const interceptors: readonly Interceptor[] = [
  checkOutput,
  retry,
  repeatLost,
  timeout,
  prepare,
  checkCacheKey,
  recordStart,
];

export const composeNode: ComposeNode = (node) => {
  const innermost = node.requires.length === 0 ? execute : executeOrPlace;
  const attempt = interceptors.reduceRight<Attempt>((next, intercept) => intercept(node, next), innermost);
  return node.cache === undefined
    ? { attempt }
    : { attempt, findCached: (activation: Activation) => findCached(node, activation) };
};
