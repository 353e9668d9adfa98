import { storeClosed } from "../journal/run-errors.ts";
import type { CollectOptions, ListQuery, RunJournal, RunOwner, RunStore } from "../journal/run-store.ts";
import type { NewRun, StoredRun } from "../journal/stored-run.ts";
import type { ConversationStore } from "../journal/conversation-store.ts";
import type { Hosting } from "../journal/hosting.ts";
import type { JournalTail } from "../journal/journal-tail.ts";
import type { OutcomeCache } from "../journal/outcome-cache.ts";
import type { PageQuery, RunPage } from "../journal/run-page.ts";
import type { Position } from "../journal/position.ts";
import type { RequestPage, RequestQuery } from "../journal/open-request.ts";
import type { RunDispatcher } from "../journal/run-dispatcher.ts";
import type { RunSummary } from "../journal/run-summary.ts";
import type { Signal, SignalReceipt } from "../journal/signal.ts";
import { checkTenant, defaultTenant } from "../journal/tenant.ts";
import { lazyBlueprints, lazyDispatcher, lazySchedules, lazyTokens } from "./lazy-parts.ts";
import { StoredConversations } from "./stored-conversations.ts";

/** What is known of a store before it is open. */
export interface LazyRunStoreOptions extends Pick<RunStore, "url" | "durable"> {
  readonly tenant?: string | undefined;
  /** Whether it has a dispatcher. Default false. */
  readonly queues?: boolean | undefined;
}

/** A store that is opened when it is first used, so that validating creates no file. A failure is reported on each use. */
export class LazyRunStore implements RunStore {
  readonly url: string;
  readonly durable: boolean;
  readonly tenant: string;
  readonly conversations: ConversationStore;
  readonly dispatcher: RunDispatcher | undefined;
  readonly #open: () => Promise<RunStore>;
  readonly #parent: RunStore | undefined;
  #store: Promise<RunStore> | undefined;
  /** The store, once it is open. */
  #present: RunStore | undefined;

  /** @param parent - for the store of another tenant: the store with which it is closed. */
  constructor(
    { url, durable, tenant = defaultTenant, queues = false }: LazyRunStoreOptions,
    open: () => Promise<RunStore>,
    parent?: RunStore,
  ) {
    this.url = url;
    this.durable = durable;
    this.tenant = tenant;
    this.#open = open;
    this.#parent = parent;
    this.dispatcher = queues
      ? lazyDispatcher(
          () => this.#opened(),
          () => this.#present,
        )
      : undefined;
    this.conversations = new StoredConversations({
      tenant,
      open: async () => (await this.#opened()).conversations,
      forTenant: (other) => this.forTenant(other).conversations,
    });
  }

  forTenant(tenant: string): RunStore {
    if (tenant === this.tenant) return this;
    const { url, durable, dispatcher } = this;
    const identity = { url, durable, tenant: checkTenant(tenant), queues: dispatcher !== undefined };
    return new LazyRunStore(identity, async () => (await this.#opened()).forTenant(tenant), this);
  }

  async create(run: NewRun, owner: RunOwner): Promise<RunJournal> {
    return (await this.#opened()).create(run, owner);
  }

  async open(
    runId: string,
    owner: RunOwner,
    known?: StoredRun,
  ): Promise<{ readonly journal: RunJournal; readonly run: StoredRun }> {
    return (await this.#opened()).open(runId, owner, known);
  }

  async read(runId: string): Promise<StoredRun> {
    return (await this.#opened()).read(runId);
  }

  async summary(runId: string): Promise<RunSummary> {
    return (await this.#opened()).summary(runId);
  }

  async list(query?: ListQuery): Promise<readonly RunSummary[]> {
    return (await this.#opened()).list(query);
  }

  async page(query?: PageQuery): Promise<RunPage> {
    return (await this.#opened()).page(query);
  }

  async requests(query?: RequestQuery): Promise<RequestPage> {
    return (await this.#opened()).requests(query);
  }

  async readAfter(runId: string, after: Position, limit?: number): Promise<JournalTail> {
    return (await this.#opened()).readAfter(runId, after, limit);
  }

  watch(runId: string, listener: () => void): () => void {
    return this.#watch((store) => store.watch(runId, listener), listener);
  }

  readonly hosting: Hosting = {
    adopt: async (runId) => (await this.#opened()).hosting.adopt(runId),
    toContinue: async (now, limit) => (await this.#opened()).hosting.toContinue(now, limit),
    keepWaiting: async (run) => (await this.#opened()).hosting.keepWaiting(run),
    nextDue: async () => (await this.#opened()).hosting.nextDue(),
    watch: (listener) => this.#watch((store) => store.hosting.watch(listener), listener),
  };

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    return (await this.#opened()).signal(runId, signal);
  }

  async signals(runId: string, from?: number): Promise<readonly Signal[]> {
    return (await this.#opened()).signals(runId, from);
  }

  readonly cache: OutcomeCache = {
    get: async (key, now) => (await this.#opened()).cache.get(key, now),
    set: async (key, output, options) => (await this.#opened()).cache.set(key, output, options),
  };
  readonly blueprints = lazyBlueprints(() => this.#opened());
  readonly tokens = lazyTokens(() => this.#opened());
  readonly schedules = lazySchedules(() => this.#opened());

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    return (await this.#opened()).requestCancel(runId, reason);
  }

  async collect(options: CollectOptions): Promise<{ readonly runs: number; readonly blobs: number }> {
    return (await this.#opened()).collect(options);
  }

  async secret(): Promise<string> {
    return (await this.#opened()).secret();
  }

  /** A store that was closed before its first use is never opened. */
  async close(): Promise<void> {
    if (this.#parent !== undefined) return this.#parent.close();
    this.#store ??= Promise.reject(storeClosed(this.url));
    const opened = await this.#store.catch(() => undefined);
    await opened?.close();
  }

  /** Watches at once if the store is open, or else once it is; the listener is called then, because of what changed before. */
  #watch(begin: (store: RunStore) => () => void, listener: () => void): () => void {
    if (this.#present !== undefined) return begin(this.#present);
    let stop: (() => void) | undefined;
    let stopped = false;
    const watching = async (): Promise<void> => {
      const store = await this.#opened();
      if (stopped) return;
      stop = begin(store);
      listener();
    };
    // Those who read the run get the error of a store that cannot be opened.
    watching().catch(() => {});
    return () => {
      stopped = true;
      stop?.();
    };
  }

  #opened(): Promise<RunStore> {
    this.#store ??= this.#open().then((store) => (this.#present = store));
    return this.#store;
  }
}
