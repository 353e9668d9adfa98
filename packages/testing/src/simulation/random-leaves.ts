import type { Draft, Fields, Place } from "./draft.ts";
import { randomAgent, randomSwarm } from "./random-models.ts";
import { randomWait } from "./random-wait.ts";
import { sharedSignals } from "./random-signals.ts";

type MakeFields = (draft: Draft, id: string, place: Place) => Fields;

/** Random fields of every type without children. */
export const leaves = {
  tool: randomTool,
  send: randomSend,
  wait: randomWait,
  human: randomHuman,
  agent: randomAgent,
  swarm: randomSwarm,
  monitor: randomMonitor,
  end: randomEnd,
} satisfies Record<string, MakeFields>;

export type LeafKind = keyof typeof leaves;

function randomTool(draft: Draft, _: string, { reads }: Place): Fields {
  const { dice } = draft;
  const args: Fields = { v: `{{ ${draft.number(reads)} }}`, ms: dice.pick([0, 0, 1, 5, 10, 10, 20, 50]) };
  const mishaps = draft.mishaps(0.5);
  const toolName = dice.pick(["effect", "effect", "pure", "repeatable"]);
  // A crash adds a call and, for an external effect, uses up an attempt, so it changes whether the node fails in the end.
  const failsOnce =
    mishaps["retryPolicy"] === undefined || toolName === "effect" ? draft.timely(0.2) : dice.chance(0.2);
  if (dice.chance(0.12)) args["fail"] = true;
  else if (failsOnce) args["failures"] = 1;
  if (args["fail"] !== undefined || failsOnce) draft.mayFail = true;
  const timesOut = dice.chance(0.06);
  if (timesOut) {
    args["ms"] = 500;
    draft.mayFail = true;
  }
  return {
    type: "tool",
    toolName,
    toolArgs: args,
    ...(timesOut && { timeoutSeconds: 0.03 }),
    ...(dice.chance(0.06) && { cache: { ttlSeconds: dice.pick([0.02, 3600]) } }),
    ...mishaps,
  };
}

/** A node that sends a signal to its own run. It fails when the store does. */
function randomSend(draft: Draft): Fields {
  const { dice } = draft;
  draft.comparable = false;
  return {
    type: "tool",
    toolName: "signal",
    toolArgs: { name: dice.pick(sharedSignals), payload: dice.between(3, 8) },
  };
}

function randomHuman(draft: Draft, id: string): Fields {
  const { dice } = draft;
  const approvalType = dice.pick(["approval", "choice", "input"] as const);
  const approved = dice.chance(0.5);
  const answer = {
    approval: { approved },
    choice: { choice: approved ? "a" : "b" },
    input: { response: { v: dice.between(0, 9) } },
  }[approvalType];
  const deadline = dice.chance(0.3);
  const when = deadline ? "never" : dice.pick(["early", "during", "later", "later"] as const);
  draft.people[id] = { answer, when, atMs: dice.between(0, 200) };
  const onTimeout = dice.pick([
    "reject",
    "fail",
    { output: { v: 1 } },
    { escalateTo: "boss", timeoutSeconds: 0.1 },
  ] as const);
  if (deadline && (onTimeout === "fail" || (typeof onTimeout === "object" && "escalateTo" in onTimeout)))
    draft.mayFail = true;
  if (deadline && draft.timely(0.3)) draft.people[id] = { ...draft.people[id], when: "during" };
  return {
    type: "human",
    promptMessage: `${id}?`,
    approvalType,
    ...(approvalType === "choice" && { choices: ["a", "b"] }),
    ...(deadline && { timeoutSeconds: dice.pick([0.02, 0.2]), onTimeout: onTimeout }),
  };
}

function randomMonitor(draft: Draft): Fields {
  const { dice } = draft;
  const actionOnTrigger = draft.timely(0.25) ? "abort" : dice.pick(["alert", "pause", "pause"]);
  return {
    type: "monitor",
    metricExpression: `metrics.nodesCompleted >= ${dice.between(1, 3)}`,
    checkIntervalSeconds: 0.1,
    actionOnTrigger,
    alertChannels: [],
  };
}

/** What ends its workflow also stops what is beside it, so the result depends on timing. */
function randomEnd(draft: Draft, _: string, { reads }: Place): Fields {
  const { dice } = draft;
  draft.comparable = false;
  if (dice.chance(0.4)) return { type: "end", status: "failed", code: "ENDED", message: "as planned" };
  return {
    type: "end",
    status: "completed",
    ...(dice.chance(0.7) && { output: { v: `{{ ${draft.number(reads)} }}` } }),
  };
}
