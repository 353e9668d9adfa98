import type { Dice } from "./dice.ts";
import { fittingPayload, type SentFromOutside } from "./scenario.ts";

/** Names of signals that several nodes wait for or name. */
export const sharedSignals = ["x", "y", "stop"] as const;

/** Signals that other processes send at any time: some twice, some that fit nothing. */
export function randomSignals(dice: Dice): readonly SentFromOutside[] {
  const count = dice.pick([0, 0, 1, 2, 4, 6]);
  return Array.from({ length: count }, (_, index) => ({
    name: dice.pick(["x", "x", "y", "y", "stop"]),
    payload: dice.pick([fittingPayload, fittingPayload + 1, 0, "no number", null]),
    // An id of an earlier one is the same signal once more.
    id: `s${dice.chance(0.2) ? dice.between(0, index) : index}`,
    atMs: dice.between(0, 200),
  }));
}
