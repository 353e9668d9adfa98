import type { StoredToken, TokenStore } from "@ice/core";
import { maxTokens, tokenExists, tooManyTokens } from "@ice/core/internal";

/** Access tokens that live as long as the process. */
export class MemoryTokens implements TokenStore {
  readonly #assertOpen: () => void;
  readonly #kept = new Map<string, StoredToken>();

  /** @param assertOpen - throws if the store is closed. */
  constructor(assertOpen: () => void) {
    this.#assertOpen = assertOpen;
  }

  async insert(token: StoredToken): Promise<void> {
    this.#assertOpen();
    if (this.#kept.has(token.id)) throw tokenExists(token.id);
    if (this.#kept.size >= maxTokens) throw tooManyTokens();
    this.#kept.set(token.id, Object.freeze({ ...token, scopes: Object.freeze([...token.scopes]) }));
  }

  async get(id: string): Promise<StoredToken | undefined> {
    this.#assertOpen();
    return this.#kept.get(id);
  }

  async list(): Promise<readonly StoredToken[]> {
    this.#assertOpen();
    return [...this.#kept.values()].toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  async delete(id: string): Promise<boolean> {
    this.#assertOpen();
    return this.#kept.delete(id);
  }
}
