import type { Json, JsonObject, ModelAnswer } from "@ice/core";
import { isPlainObject, readJsonData } from "@ice/core/internal";
import type { Prompt, ProviderMetadata } from "./adapter.ts";

/** A part of an answer, in order of arrival, with the data that the provider expects back. */
export type AnswerPart =
  | { readonly type: "text"; length: number; options?: ProviderMetadata }
  | { readonly type: "reasoning"; text: string; options?: ProviderMetadata }
  | { readonly type: "call"; options?: ProviderMetadata };

/**
 * The data with which a provider continues, as plain JSON: reasoning, and signatures of parts. Text and calls are in the answer; this only
 * records their positions. Undefined if the provider expects nothing back.
 */
export function stateOf(provider: string, parts: readonly AnswerPart[]): ModelAnswer["state"] {
  const kept = parts.map(withoutReference).filter(isOfUse);
  if (!kept.some((part) => part.type === "reasoning" || part.options !== undefined)) return undefined;
  // In the form in which the journal returns it, without lone surrogates.
  const data = JSON.parse(JSON.stringify(kept), (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed() : value,
  ) as Json;
  return { provider, data };
}

/** Ids of items that OpenAI would store: nothing is stored, so they would be invalid. Encrypted reasoning keeps its own. */
function withoutReference(part: AnswerPart): AnswerPart {
  if (part.type === "reasoning" || part.options?.["openai"] === undefined) return part;
  const { options, ...rest } = part;
  const { openai: { itemId: _, ...openai } = {}, ...others } = options;
  const kept = { ...others, ...(Object.keys(openai).length > 0 && { openai }) };
  return Object.keys(kept).length > 0 ? { ...rest, options: kept } : rest;
}

/** Without a stored copy at OpenAI, reasoning is sent back encrypted, or not at all. */
function isOfUse(part: AnswerPart): boolean {
  const openai = part.type === "reasoning" ? part.options?.["openai"] : undefined;
  return openai === undefined || typeof openai["reasoningEncryptedContent"] === "string";
}

type AssistantMessage = Extract<Prompt[number], { role: "assistant" }>;
type AssistantPart = AssistantMessage["content"][number];

/** An earlier answer for the next request, with its state if it came from the same provider. */
export function assistantContent(
  { text, toolCalls, state }: Pick<ModelAnswer, "text" | "toolCalls" | "state">,
  provider: string,
): AssistantPart[] {
  const content: AssistantPart[] = [];
  const calls = toolCalls.map(({ id, name, arguments: args }): AssistantPart => ({
    type: "tool-call",
    toolCallId: id,
    toolName: sendableName(name),
    input: objectFrom(args),
  }));
  let [start, nextCall] = [0, 0];
  for (const part of partsOf(state, provider, text.length)) {
    const options = part.options === undefined ? {} : { providerOptions: part.options };
    if (part.type === "reasoning") content.push({ type: "reasoning", text: part.text, ...options });
    else if (part.type === "text") {
      const slice = text.slice(start, start + part.length);
      if (slice !== "") content.push({ type: "text", text: slice, ...options });
      start += part.length;
    } else if (nextCall < calls.length) {
      content.push({ ...calls[nextCall]!, ...options });
      nextCall += 1;
    }
  }
  if (start < text.length) content.push({ type: "text", text: text.slice(start) });
  return [...content, ...calls.slice(nextCall)];
}

/** The parts of a valid state: it was stored, so it is checked. */
function partsOf(state: ModelAnswer["state"], provider: string, textLength: number): readonly AnswerPart[] {
  if (state?.provider !== provider || !Array.isArray(state.data)) return [];
  const parts = state.data as readonly Json[];
  const lengths = parts.map((part) => (isPlainObject(part) && part["type"] === "text" ? part["length"] : 0));
  const fits = parts.every(isPart) && (lengths as number[]).reduce((sum, length) => sum + length, 0) === textLength;
  return fits ? (parts as unknown as AnswerPart[]) : [];
}

function isPart(part: Json): boolean {
  if (!isPlainObject(part)) return false;
  const { type, length, text, options } = part;
  if (options !== undefined && !(isPlainObject(options) && Object.values(options).every(isPlainObject))) return false;
  if (type === "text") return Number.isSafeInteger(length) && (length as number) >= 0;
  return type === "call" || (type === "reasoning" && typeof text === "string");
}

/** A tool name for the next request. Models invent names, and providers refuse requests with invalid ones. */
export const sendableName = (name: string): string => name.replaceAll(/[^\w-]/g, "_").slice(0, 64) || "_";

/** Arguments for the next request. Providers accept only objects, even for what could not be read: its result reports why. */
function objectFrom(args: string): JsonObject {
  const read = readJsonData(args);
  return "value" in read && isPlainObject(read.value) ? read.value : { invalid: args };
}
