import type { ModelAnswer, ModelDescription, ModelTokens } from "@ice/core";

/** What one answer used, in numbers that can be counted on. */
export interface CountedUsage extends ModelTokens {
  readonly totalTokens: number;
  /** Absent when the price is unknown. */
  readonly costUsd?: number;
}

/** Bytes of UTF-8 in a token, roughly. */
const bytesPerToken = 4;

/** Tokens of a text, estimated: a quarter of its bytes, rounded up. */
export const estimatedTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / bytesPerToken);

/**
 * The usage of an answer; a number that the provider did not give, or that is impossible, is estimated.
 *
 * @param requestTokens - tokens of the request, estimated.
 */
export function countedUsage(
  { text, toolCalls, usage }: Pick<ModelAnswer, "text" | "toolCalls" | "usage">,
  { cost }: Pick<ModelDescription, "cost">,
  requestTokens: () => number,
): CountedUsage {
  const inputTokens = usage.inputTokens ?? requestTokens();
  const outputTokens =
    usage.outputTokens ?? estimatedTokens(text + toolCalls.map((call) => call.name + call.arguments).join(""));
  const tokens = {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(inputTokens, usage.cachedInputTokens ?? 0),
    reasoningTokens: Math.min(outputTokens, usage.reasoningTokens ?? 0),
  };
  const counted = { ...tokens, totalTokens: inputTokens + outputTokens };
  return cost === undefined ? counted : { ...counted, costUsd: cost(tokens) };
}
