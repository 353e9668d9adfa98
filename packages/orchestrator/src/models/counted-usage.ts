import type { ModelAnswer, ModelDescription, ModelTokens } from "@ice/core";

/** What one answer used, in numbers that can be counted on. */
export interface CountedUsage extends ModelTokens {
  readonly totalTokens: number;
  /** Absent when the price is unknown. */
  readonly costUsd?: number;
}

/** Bytes of UTF-8 in a token, roughly. */
const bytesPerToken = 4;

/** More tokens than any model takes: a provider that reports more is wrong. */
const maxTokens = 1e9;

/** Tokens, estimated: a quarter of the bytes, rounded up. */
export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / bytesPerToken);

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
  const inputTokens = possible(usage.inputTokens) ?? requestTokens();
  const outputTokens =
    possible(usage.outputTokens) ??
    tokensOfBytes(Buffer.byteLength(text + toolCalls.map((call) => call.name + call.arguments).join("")));
  const tokens = {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(inputTokens, possible(usage.cachedInputTokens) ?? 0),
    reasoningTokens: Math.min(outputTokens, possible(usage.reasoningTokens) ?? 0),
  };
  const counted = { ...tokens, totalTokens: inputTokens + outputTokens };
  const costUsd = cost?.(tokens);
  return costUsd === undefined || !Number.isFinite(costUsd) ? counted : { ...counted, costUsd };
}

/** Undefined for what cannot be a number of tokens. */
const possible = (tokens: number | undefined): number | undefined =>
  tokens !== undefined && Number.isInteger(tokens) && tokens >= 0 && tokens <= maxTokens ? tokens : undefined;
