import type { Json } from "@ice/core";
import type { Draft, Fields } from "./draft.ts";
import { minFitting } from "./scenario.ts";

/** Start of the time of a simulation, in epoch milliseconds. */
export const simulationStart = Date.UTC(2026, 0, 1);

const payloadSchema = { type: "integer", minimum: minFitting };

/** A wait for a time, for a signal of its own, or for one that others wait for, too. */
export function randomWait(draft: Draft, id: string): Fields {
  const { dice } = draft;
  const kind = draft.timely(0.5) ? "shared" : dice.pick(["time", "time", "own"] as const);
  if (kind === "time") return { type: "wait", ...randomTime(draft) };
  if (kind === "own") return { type: "wait", signal: `own:${id}`, ...(dice.chance(0.5) && { payloadSchema }) };
  const end = dice.pick(["none", "none", "time", "deadline"] as const);
  if (end === "deadline") draft.mayFail = true;
  return {
    type: "wait",
    signal: dice.pick<Json>(["x", "y", ["x", "y"], "{{ 'x' }}"]),
    ...(dice.chance(0.4) && { payloadSchema }),
    ...(dice.chance(0.2) && { buffer: false }),
    ...(end === "time" && randomTime(draft)),
    ...(end === "deadline" && { timeoutSeconds: dice.pick([0.03, 0.1, 90]) }),
  };
}

/** Seconds, or a moment that may have passed. */
function randomTime({ dice }: Draft): Fields {
  if (dice.chance(0.3)) return { at: simulationStart + dice.pick([-1000, 0, 40, 70_000]) };
  return { seconds: dice.pick<Json>([0, 0.01, 0.04, "{{ 0.02 }}", 30, 90]) };
}
