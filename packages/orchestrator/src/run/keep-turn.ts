import type { Json, PlacedTurn } from "@ice/core";
import type { Activation } from "./activation.ts";

/** Adds a turn of a node to a conversation in the run. It is durable with the outcome. */
export function keepTurn(activation: Pick<Activation, "run" | "path" | "checkpoint">, turn: PlacedTurn): void {
  activation.run.memory.keep(activation.path, turn);
  void activation.checkpoint(turn as unknown as Json);
}
