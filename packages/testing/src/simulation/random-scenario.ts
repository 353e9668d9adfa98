import type { Json, NodeInput } from "@ice/core";
import { seededRandom } from "../runtime/test-runtime.ts";
import { Dice } from "./dice.ts";
import { Author } from "./random-nodes.ts";
import type { Crash, FaultPlan, Scenario } from "./scenario.ts";

/** A random workflow with people and faults; the same for the same seed. */
export function randomScenario(seed: number): Scenario {
  const dice = new Dice(seededRandom(seed));
  const author = new Author(dice);
  const nodes = author.nodes(dice.between(2, 6), 0, []) as unknown as NodeInput[];
  const settings: Record<string, Json> = {
    failurePolicy: dice.pick(["continuePossible", "continuePossible", "continuePossible", "always", "halt"]),
    ...(dice.chance(0.4) && { maxConcurrency: dice.between(1, 3) }),
  };
  if (settings["failurePolicy"] === "halt" && author.mayFail) author.comparable = false;
  if (dice.chance(0.06)) {
    settings["budget"] = dice.pick([
      { toolCalls: dice.between(1, 6) },
      { llmCalls: dice.between(1, 6) },
      { totalTokens: dice.between(1, 400) },
    ]);
    author.comparable = false;
  }
  if (dice.chance(0.04)) {
    settings["timeoutSeconds"] = 0.05;
    author.comparable = false;
  }
  const faultPlan = randomFaultPlan(dice);
  return {
    blueprint: { name: "sim", nodes, settings },
    workflows: author.workflows,
    people: author.people,
    comparable: author.comparable && faultPlan.cancelMs === undefined,
    faultPlan,
  };
}

function randomFaultPlan(dice: Dice): FaultPlan {
  return {
    seed: dice.between(1, 1e9),
    commitMs: dice.pick([0, 1, 1, 5, 20]),
    crashes: Array.from({ length: dice.pick([0, 1, 1, 2, 3, 5]) }, () => randomCrash(dice)),
    downtimeMs: dice.pick([0, 10, 100, 1000]),
    ...(dice.chance(0.08) && { cancelMs: dice.between(0, 150) }),
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
