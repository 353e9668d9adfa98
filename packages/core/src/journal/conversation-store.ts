import { IceError } from "../errors/ice-error.ts";
import { shorten } from "../errors/shorten.ts";
import { jsonLength } from "../json/json-length.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** One turn of a conversation: what an agent was asked, and what it answered. */
export interface ConversationTurn {
  /** Names the turn within its thread; for a turn of an agent a hash of tenant, run and path of its node. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly input: Json;
  readonly output: Json;
  /** The messages of an agent on a model, with its calls of tools and their results, each a `ModelMessage`. */
  readonly messages?: readonly JsonObject[] | undefined;
}

/**
 * Keeps conversations beyond the end of a run, for one tenant. A thread keeps its last 1,000 turns, of at most 16 Mi characters of
 * JSON together; older ones are dropped as a whole. It is never deleted with a run.
 */
export interface ConversationStore {
  readonly tenant: string;
  /** The conversations of a tenant in the same place. @throws IceError `ICE_USAGE` for an invalid name. */
  forTenant(tenant: string): ConversationStore;
  /**
   * Adds a turn to the end of a thread, unless the thread has one with its key. It is durable when the promise resolves.
   *
   * @param thread - 1 to 200 characters.
   * @returns whether it was added.
   * @throws IceError `ICE_CONVERSATION_LIMIT` (over 4 Mi characters of JSON), `ICE_INPUT_INVALID` (the name of the thread), `ICE_STORE_*`.
   */
  append(thread: string, turn: ConversationTurn): Promise<boolean>;
  /**
   * The last turns of a thread, the oldest of them first; none of an unknown thread.
   *
   * @param limit - most turns, up to 1,000.
   * @throws IceError `ICE_INPUT_INVALID` (the name of the thread), `ICE_STORE_*`.
   */
  read(thread: string, limit: number): Promise<readonly ConversationTurn[]>;
  /** Deletes a thread. @returns whether there was one. @throws IceError `ICE_INPUT_INVALID`, `ICE_STORE_*`. */
  delete(thread: string): Promise<boolean>;
}

export const ConversationStore: ServiceKey<ConversationStore> = serviceKey("conversationStore");

/** What a thread keeps, and how long a turn may be, in characters of JSON. */
export const conversationLimits = {
  turns: 1000,
  threadLength: 16 * 2 ** 20,
  turnLength: 4 * 2 ** 20,
  nameLength: 200,
} as const;

/** Returns the name of a thread. @throws IceError `ICE_INPUT_INVALID` for anything else. */
export function checkThread(thread: unknown): string {
  const { nameLength } = conversationLimits;
  if (typeof thread === "string" && thread !== "" && thread.length <= nameLength && thread.isWellFormed())
    return thread;
  const given = typeof thread === "string" ? JSON.stringify(shorten(thread)) : "A value that is no text";
  throw new IceError("ICE_INPUT_INVALID", `${given} is not the name of a thread.`, {
    fix: `use a text of 1 to ${nameLength} characters that names one conversation, such as "{{ inputs.user }}"`,
  });
}

/** The length of a turn. @throws IceError `ICE_CONVERSATION_LIMIT`. */
export function checkTurn(thread: string, { input, output, messages = [] }: ConversationTurn): number {
  const { turnLength } = conversationLimits;
  const length = jsonLength([input, output, messages], turnLength);
  if (length <= turnLength) return length;
  throw new IceError(
    "ICE_CONVERSATION_LIMIT",
    `A turn of the thread "${shorten(thread)}" has more than ${turnLength} characters.`,
    { fix: "give the agent a shorter input, or tools with shorter results", details: { thread } },
  );
}

/** Drops the oldest turns that a thread does not keep; the last one always stays. @param lengths - of the turns, oldest first. */
export function turnsToDrop(lengths: readonly number[]): number {
  const { turns, threadLength } = conversationLimits;
  let kept = 0;
  let total = 0;
  while (kept < lengths.length && kept < turns) {
    total += lengths[lengths.length - 1 - kept]!;
    if (kept > 0 && total > threadLength) break;
    kept += 1;
  }
  return lengths.length - kept;
}
