import type { ConversationStore, ConversationTurn } from "../journal/conversation-store.ts";

/** Reads and writes the conversations of one tenant. */
interface Conversations {
  append(thread: string, turn: ConversationTurn): boolean | Promise<boolean>;
  read(thread: string, limit: number): readonly ConversationTurn[] | Promise<readonly ConversationTurn[]>;
  delete(thread: string): boolean | Promise<boolean>;
}

interface StoredConversationsOptions {
  readonly tenant: string;
  /** Throws if the store is closed. */
  readonly open: () => Conversations | Promise<Conversations>;
  readonly forTenant: (tenant: string) => ConversationStore;
}

/** The conversations in a run store, open as long as it is. */
export class StoredConversations implements ConversationStore {
  readonly tenant: string;
  readonly #options: StoredConversationsOptions;

  constructor(options: StoredConversationsOptions) {
    this.tenant = options.tenant;
    this.#options = options;
  }

  forTenant(tenant: string): ConversationStore {
    return tenant === this.tenant ? this : this.#options.forTenant(tenant);
  }

  async append(thread: string, turn: ConversationTurn): Promise<boolean> {
    return (await this.#options.open()).append(thread, turn);
  }

  async read(thread: string, limit: number): Promise<readonly ConversationTurn[]> {
    return (await this.#options.open()).read(thread, limit);
  }

  async delete(thread: string): Promise<boolean> {
    return (await this.#options.open()).delete(thread);
  }
}
