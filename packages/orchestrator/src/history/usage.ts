import type { Usage } from "@ice/core";

/** No usage. */
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

/** Usage that is being added up. */
export type UsageCount = { -readonly [Key in keyof Usage]?: Usage[Key] };

/** Whether an amount can be counted. Untrusted code reports usage: a record with anything else could not be read back. */
export const isCountable = (what: string, amount: unknown): boolean =>
  Object.hasOwn(noUsage, what) && typeof amount === "number" && Number.isFinite(amount) && amount > 0;

/** Adds usage that can be counted: the maximum of memory, the sum of everything else. */
export function countUsage(usage: UsageCount, what: keyof Usage, amount: number): void {
  if (!isCountable(what, amount)) return;
  const before = usage[what] ?? 0;
  usage[what] = what === "peakMemoryBytes" ? Math.max(before, amount) : before + amount;
}
