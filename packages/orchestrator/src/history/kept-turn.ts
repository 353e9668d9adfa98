import type { AgentTurn, ModelMessage } from "@ice/core";

/** A turn of a conversation as a run keeps it: with the messages of a model, tool calls included. */
export interface KeptTurn extends AgentTurn {
  readonly messages?: readonly ModelMessage[] | undefined;
}
