import {
  ConversationStore,
  type ConfigOf,
  type ConversationTurn,
  type Json,
  type JsonObject,
  type ModelMessage,
  type PlacedTurn,
  type builtinNodes,
} from "@ice/core";
import { normalizeJsonInTurns } from "@ice/core/internal";
import type { KeptTurn } from "../../history/kept-turn.ts";
import { asText } from "../../models/as-text.ts";
import { checkStored, recordedAs, storedTurns } from "../../models/stored-shapes.ts";
import type { Activation } from "../../run/activation.ts";
import { keepTurn } from "../../run/keep-turn.ts";
import { recordedStep } from "../../run/recorded-step.ts";
import { threadName } from "../../run/run-memory.ts";
import { scrubbed } from "../../run/scrub.ts";

type Caller = Omit<Activation, "config">;
type MemoryConfig = NonNullable<ConfigOf<typeof builtinNodes.agent>["memory"]>;

/** The conversation of which a call of an agent is one turn. */
export interface AgentMemory {
  /** Earlier turns, the oldest first. A resume and a retry see what the first attempt has seen. */
  history(): Promise<readonly KeptTurn[]>;
  /** Adds a turn, before the outcome of the node is recorded. */
  keep(turn: KeptTurn): Promise<void>;
}

/** @throws IceError `ICE_INPUT_INVALID` if the thread has no name. */
export function memoryOf(activation: Caller, { scope, thread, maxTurns }: MemoryConfig): AgentMemory {
  const name = threadName(thread);
  return scope === "store" ? storeMemory(activation, name, maxTurns) : runMemory(activation, name, maxTurns);
}

/** Turns that end with the run. */
function runMemory(activation: Caller, thread: string, maxTurns: number): AgentMemory {
  const { current } = activation;
  return {
    history: () => recordedHistory(activation, async () => activation.run.memory.read(thread, maxTurns).map(keptTurn)),
    async keep({ input, output, messages }) {
      current.check();
      const native = messages as unknown as readonly JsonObject[] | undefined;
      keepTurn(activation, { thread, input, output, ...(native && { messages: native }) });
    },
  };
}

/** Turns of all runs of the tenant. */
function storeMemory(activation: Caller, thread: string, maxTurns: number): AgentMemory {
  const { run, idempotencyKey: key, current } = activation;
  const conversations = activation.use(ConversationStore).forTenant(run.store.tenant);
  return {
    // A node that is run again by its container may have written its turn already.
    history: () =>
      recordedHistory(activation, async () => {
        const read = await conversations.read(thread, maxTurns + 1);
        const turns = read.filter((turn) => turn.key !== key).slice(-maxTurns);
        const kept = await withoutSecrets(activation, turns.map(keptTurn));
        return checkStored(storedTurns, kept as unknown as Json, "a conversation") as readonly KeptTurn[];
      }),
    async keep(turn) {
      const { input, output, messages } = await withoutSecrets(activation, turn);
      current.check();
      const native = messages as unknown as readonly JsonObject[] | undefined;
      await conversations.append(thread, { key, at: run.clock.now(), input, output, messages: native });
    },
  };
}

const keptTurn = ({ input, output, messages }: ConversationTurn | PlacedTurn): KeptTurn => ({
  input,
  output,
  ...(messages && { messages: messages as unknown as readonly ModelMessage[] }),
});

/**
 * A conversation comes from outside the run and outlives it: a turn may have been written before a secret in it was known, and
 * an input of a run may contain one.
 */
async function withoutSecrets<Turns extends KeptTurn | readonly KeptTurn[]>(
  { run }: Caller,
  turns: Turns,
): Promise<Turns> {
  const { slice } = run.pace;
  return (await scrubbed(run.secrets, await normalizeJsonInTurns(turns, slice), slice)) as unknown as Turns;
}

async function recordedHistory(
  activation: Caller,
  read: () => Promise<readonly KeptTurn[]>,
): Promise<readonly KeptTurn[]> {
  const seen = await recordedStep(activation, "h", async () => (await read()) as unknown as Json);
  return recordedAs(activation, "h", storedTurns, seen) as readonly KeptTurn[];
}

/** A turn as messages of a model: its own, or what another agent was asked and has answered. */
export const messagesOf = ({ input, output, messages }: KeptTurn): readonly ModelMessage[] =>
  messages ?? [
    { role: "user", text: asText(input) },
    { role: "assistant", text: asText(output), toolCalls: [] },
  ];
