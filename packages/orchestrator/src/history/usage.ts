import type { Usage } from "@ice/core";

/** Before anything was used. */
export const noUsage: Usage = Object.freeze({
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  costUsd: 0,
  llmCalls: 0,
  toolCalls: 0,
  fuel: 0,
  hostCalls: 0,
  peakMemoryBytes: 0,
});

/** Usage while it grows. */
export type UsageCount = { -readonly [Key in keyof Usage]?: Usage[Key] };

/** Adds an amount: of memory the most counts, of everything else the sum. */
export function countUsage(usage: UsageCount, what: keyof Usage, amount: number): void {
  const before = usage[what] ?? 0;
  usage[what] = what === "peakMemoryBytes" ? Math.max(before, amount) : before + amount;
}
