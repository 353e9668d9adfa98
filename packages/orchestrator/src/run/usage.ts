import type { Usage } from "@ice/core";

/** Usage while it grows. */
export type UsageCount = { -readonly [Key in keyof Usage]?: Usage[Key] };

/** Adds an amount: of memory the most counts, of everything else the sum. */
export function countUsage(usage: UsageCount, what: keyof Usage, amount: number): void {
  const before = usage[what] ?? 0;
  usage[what] = what === "peakMemoryBytes" ? Math.max(before, amount) : before + amount;
}
