import type { Json, ModelMessage } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { KeptTurn } from "../../history/kept-turn.ts";
import type { Activation } from "../../run/activation.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import type { Run } from "../../run/run.ts";

/** The turns of a thread in this run, oldest first. A list that grows. */
export function threadOf(run: Run, name: string): KeptTurn[] {
  const turns = run.memory.get(name) ?? recordedTurns(run, name);
  run.memory.set(name, turns);
  return turns;
}

/** Turns that earlier processes took. */
function recordedTurns({ history }: Run, thread: string): KeptTurn[] {
  return [...(history?.checkpoints.values() ?? [])].flatMap((value) =>
    isPlainObject(value) && value["thread"] === thread
      ? [
          {
            input: value["input"] ?? null,
            output: value["output"] ?? null,
            messages: value["messages"] as unknown as KeptTurn["messages"],
          },
        ]
      : [],
  );
}

/** What an agent is handed of a thread. A resume and a retry see what the first attempt has seen. */
export async function historyFor(
  activation: Omit<Activation, "config">,
  thread: readonly KeptTurn[],
  maxTurns: number,
): Promise<readonly KeptTurn[]> {
  const seen = await recordedStep(activation, "h", async () => thread.slice(-maxTurns) as unknown as Json);
  return seen as unknown as readonly KeptTurn[];
}

/** Adds a turn, and drops the oldest beyond `maxTurns`. */
export function keepTurn(
  activation: Omit<Activation, "config">,
  { thread, name, maxTurns }: { readonly thread: KeptTurn[]; readonly name: string; readonly maxTurns: number },
  turn: KeptTurn,
): void {
  thread.push(turn);
  thread.splice(0, thread.length - maxTurns);
  const { input, output, messages } = turn;
  const kept = { thread: name, input, output, ...(messages && { messages }) } as unknown as Json;
  void activation.checkpoint(kept);
}

/** A turn as messages of a model: its own, or what another agent was asked and has answered. */
export const messagesOf = ({ input, output, messages }: KeptTurn): readonly ModelMessage[] =>
  messages ?? [
    { role: "user", text: asText(input) },
    { role: "assistant", text: asText(output), toolCalls: [] },
  ];

const asText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));
