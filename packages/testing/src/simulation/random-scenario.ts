import type { Json, NodeInput } from "@ice/core";
import { seededRandom } from "../runtime/test-runtime.ts";
import { Dice } from "./dice.ts";
import { Draft } from "./draft.ts";
import { randomNodes } from "./random-nodes.ts";
import { randomSignals } from "./random-signals.ts";
import type { Crash, FaultPlan, Scenario } from "./scenario.ts";

/** A random workflow with people, signals and faults; the same for the same seed. */
export function randomScenario(seed: number): Scenario {
  const dice = new Dice(seededRandom(seed));
  const draft = new Draft(dice, randomNodes);
  const top = { depth: 0, reads: [], isCleanup: false, isDetached: false };
  const nodes = draft.nodes(dice.between(2, 6), top) as unknown as NodeInput[];
  const settings: Record<string, Json> = {
    failurePolicy: draft.timely(0.25) ? "halt" : dice.pick(["continuePossible", "continuePossible", "always"]),
    ...(dice.chance(0.4) && { maxConcurrency: dice.between(1, 3) }),
  };
  if (draft.timely(0.1))
    settings["budget"] = dice.pick([
      { toolCalls: dice.between(1, 6) },
      { llmCalls: dice.between(1, 6) },
      { totalTokens: dice.between(1, 400) },
      { nodes: dice.between(1, 8) },
    ]);
  if (draft.timely(0.1)) settings["timeoutSeconds"] = dice.pick([0.02, 0.05]);
  const cancels = draft.timely(0.2);
  const faultPlan = randomFaultPlan(dice, cancels);
  const signals = randomSignals(dice);
  return {
    blueprint: { name: "sim", nodes, settings },
    workflows: draft.workflows,
    people: draft.people,
    signals,
    comparable: draft.comparable,
    faultPlan,
  };
}

function randomFaultPlan(dice: Dice, cancels: boolean): FaultPlan {
  return {
    seed: dice.between(1, 1e9),
    commitMs: dice.pick([0, 1, 1, 5, 20]),
    crashes: Array.from({ length: dice.pick([0, 1, 1, 2, 3, 5]) }, () => randomCrash(dice)),
    downtimeMs: dice.pick([0, 10, 100, 1000]),
    ...(cancels && { cancelMs: dice.between(0, 150) }),
    ...(dice.chance(0.3) && { noticeMs: dice.pick([1, 10, 40]) }),
    ...(dice.chance(0.3) && { staySeconds: dice.pick([0, 0.02]) }),
  };
}

function randomCrash(dice: Dice): Crash {
  const at = dice.pick(["call", "call", "call", "time", "time", "close"] as const);
  if (at !== "call") return { at, ms: dice.between(0, 150) };
  return {
    at,
    nth: dice.between(1, 25),
    fault: dice.pick(["crashBefore", "crashAfter", "crashAfter", "reject"] as const),
  };
}
