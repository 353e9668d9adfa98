import type { CacheOptions, Json, OutcomeCache } from "@ice/core";
import { deepFreeze } from "@ice/core/internal";

/** Outputs that live as long as the process. */
export class MemoryCache implements OutcomeCache {
  readonly #kept = new Map<string, { readonly output: Json; readonly expiresAt: number }>();

  async get(key: string, now: number): Promise<Json | undefined> {
    const kept = this.#kept.get(key);
    return kept === undefined || kept.expiresAt <= now ? undefined : kept.output;
  }

  async set(key: string, output: Json, { expiresAt, limit }: CacheOptions): Promise<void> {
    this.#kept.delete(key);
    while (this.#kept.size >= limit && this.#dropFirstToExpire());
    if (limit > 0) this.#kept.set(key, { output: deepFreeze(output as never), expiresAt });
  }

  #dropFirstToExpire(): boolean {
    let first: string | undefined;
    let earliest = Infinity;
    for (const [key, { expiresAt }] of this.#kept) if (expiresAt < earliest) [first, earliest] = [key, expiresAt];
    return first !== undefined && this.#kept.delete(first);
  }
}
