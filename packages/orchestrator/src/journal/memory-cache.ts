import type { CacheOptions, Json, OutcomeCache } from "@ice/core";
import { deepFreeze } from "@ice/core/internal";

/** Outputs that live as long as the process. */
export class MemoryCache implements OutcomeCache {
  readonly #assertOpen: () => void;
  readonly #kept = new Map<string, { readonly output: Json; readonly expiresAt: number }>();

  /** @param assertOpen - throws if the store is closed. */
  constructor(assertOpen: () => void) {
    this.#assertOpen = assertOpen;
  }

  async get(key: string, now: number): Promise<Json | undefined> {
    this.#assertOpen();
    const kept = this.#kept.get(key);
    return kept === undefined || kept.expiresAt <= now ? undefined : kept.output;
  }

  async set(key: string, output: Json, { expiresAt, limit }: CacheOptions): Promise<void> {
    this.#assertOpen();
    this.#kept.delete(key);
    this.#kept.set(key, { output: deepFreeze(output as never), expiresAt });
    while (this.#kept.size > limit) this.#kept.delete(this.#firstToExpire());
  }

  /** Drops what has expired. */
  collect(now: number): void {
    for (const [key, { expiresAt }] of this.#kept) if (expiresAt <= now) this.#kept.delete(key);
  }

  #firstToExpire(): string {
    let first = "";
    let earliest = Infinity;
    for (const [key, { expiresAt }] of this.#kept) if (expiresAt < earliest) [first, earliest] = [key, expiresAt];
    return first;
  }
}
