import type { RunEvent } from "@ice/core";

/** What was used of models. */
interface Spent {
  readonly totalTokens: number;
  readonly costUsd: number;
}

/** Tokens and cost for people: `1,234 tokens $0.0021`; no cost when there is none, or its price is unknown. */
export function spentText({ totalTokens, costUsd }: Spent): string {
  const tokens = `${grouped(totalTokens)} ${totalTokens === 1 ? "token" : "tokens"}`;
  return costUsd > 0 ? `${tokens} ${dollars(costUsd)}` : tokens;
}

/** A whole number for people: `1,234`. Without `toLocaleString`, whose first call takes 14 ms. */
export const grouped = (number: number): string => String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

const dollars = (usd: number): string => (usd < 0.0001 ? "<$0.0001" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`);

/** Counts what each node uses of models, over all of its attempts. */
export class SpentByNode {
  readonly #spent = new Map<string, Spent>();

  onEvent({ type, data }: RunEvent, path: string): void {
    if (type !== "llm.completed") return;
    const { totalTokens, costUsd } = this.#spent.get(path) ?? { totalTokens: 0, costUsd: 0 };
    this.#spent.set(path, {
      totalTokens: totalTokens + data.usage.totalTokens,
      costUsd: costUsd + (data.costUsd ?? 0),
    });
  }

  /** What a node has used so far, with a space before it; empty for one that asked no model. */
  of(path: string): string {
    const spent = this.#spent.get(path);
    return spent === undefined ? "" : ` ${spentText(spent)}`;
  }

  /** The same for a node that has ended, and is forgotten. */
  take(path: string): string {
    const text = this.of(path);
    this.#spent.delete(path);
    return text;
  }
}
