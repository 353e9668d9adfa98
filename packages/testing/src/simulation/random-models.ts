import type { Draft, Fields, Place } from "./draft.ts";
import { conversation } from "./scenario.ts";

/** An agent on a model with a tool, which may be unavailable at first, too slow, or part of a conversation. */
export function randomAgent(draft: Draft, id: string, { reads }: Place): Fields {
  const { dice } = draft;
  // How often a model is asked again depends on crashes, and the order of turns on timing.
  const model = draft.timely(0.2) ? "flaky" : dice.pick(["fast", "steady", "steady", "steady", "slow"]);
  const talks = draft.timely(0.6);
  const scope = dice.pick(["run", "store", "store"]);
  if (model === "flaky" || model === "slow") draft.mayFail = true;
  return {
    type: "agent",
    model: `sim/${model}`,
    ...(dice.chance(0.8) && { tools: ["step"] }),
    input: `${id} {{ ${draft.number(reads)} }}`,
    ...(talks && { memory: { scope, thread: conversation, maxTurns: dice.between(1, 3) } }),
    ...(model === "slow" && { timeoutSeconds: 0.03 }),
    ...draft.mishaps(0.7),
  };
}

export function randomSwarm(draft: Draft, id: string, { reads }: Place): Fields {
  const { dice } = draft;
  const agents = ["x", "y", "z"].map((role) => ({ role, package: dice.pick(["worker", "thinker"]) }));
  return {
    type: "swarm",
    task: `${id} {{ ${draft.number(reads)} }}`,
    agents: agents.slice(0, dice.between(2, 3)),
    coordinationStrategy: dice.pick(["consensus", "hierarchical", "marketplace"]),
    maxRounds: dice.between(1, 2),
    ...draft.mishaps(0.3),
  };
}
