import { storeDamaged, type Json } from "@ice/core";
import { firstProblemOf } from "@ice/core/internal";
import { z } from "zod";
import type { Activation } from "../run/activation.ts";
import type { CountedUsage } from "./counted-usage.ts";

// Records and conversations may have been manipulated, so values read from them are checked like answers.

const json = z.custom<Json>((value) => value !== undefined);
const toolCall = z.object({ id: z.string(), name: z.string(), arguments: z.string() });
const state = z.object({ provider: z.string(), data: json }).optional();
const tokens = z.number().min(0);

const usage: z.ZodType<CountedUsage> = z.object({
  inputTokens: tokens,
  outputTokens: tokens,
  totalTokens: tokens,
  cachedInputTokens: tokens,
  reasoningTokens: tokens,
  costUsd: z.number().optional(),
}) as never;

/** A recorded answer of a model to an agent. */
export const storedAnswer = z.object({
  model: z.string(),
  text: z.string(),
  toolCalls: z.array(toolCall),
  finishReason: z.enum(["stop", "length", "content-filter", "tool-calls", "other"]),
  usage,
  state,
});

/** The recorded result of a call of a tool. */
export const storedCallResult = z.union([
  z.object({ result: json }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);

const message = z.discriminatedUnion("role", [
  z.object({ role: z.literal("user"), text: z.string() }),
  z.object({ role: z.literal("assistant"), text: z.string(), toolCalls: z.array(toolCall), state }),
  z.object({
    role: z.literal("tool"),
    results: z.array(z.object({ callId: z.string(), name: z.string(), result: json })),
  }),
]);

/** Turns of a conversation. */
export const storedTurns = z.array(z.object({ input: json, output: json, messages: z.array(message).optional() }));

/** A recorded step of a node, checked if an earlier process may have recorded it. @throws IceError `ICE_STORE_CORRUPT`. */
export const recordedAs = <Schema extends z.ZodType>(
  { run, path }: Pick<Activation, "run" | "path">,
  key: string,
  schema: Schema,
  value: Json,
): z.output<Schema> =>
  run.history === undefined
    ? (value as z.output<Schema>)
    : checkStored(schema, value, `the step "${key}" of the node "${path}"`);

/**
 * Checks a value from a store, and returns it unchanged.
 *
 * @param what - begins a message: `the step "m1" of the node "a"`.
 * @throws IceError `ICE_STORE_CORRUPT`.
 */
export function checkStored<Schema extends z.ZodType>(schema: Schema, value: Json, what: string): z.output<Schema> {
  const { error } = schema.safeParse(value);
  if (error === undefined) return value as z.output<Schema>;
  throw storeDamaged(`${what} has an unexpected shape: ${firstProblemOf(error, schema, value)}`, { cause: error });
}
