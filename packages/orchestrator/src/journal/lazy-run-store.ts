import {
  storeClosed,
  type CollectOptions,
  type ListQuery,
  type NewRun,
  type RunJournal,
  type RunOwner,
  type RunStore,
  type RunSummary,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";

/** A store that is opened when it is first used, so that validating creates no file. A failure is reported on each use. */
export class LazyRunStore implements RunStore {
  readonly url: string;
  readonly durable: boolean;
  readonly #open: () => Promise<RunStore>;
  #store: Promise<RunStore> | undefined;

  constructor({ url, durable }: Pick<RunStore, "url" | "durable">, open: () => Promise<RunStore>) {
    this.url = url;
    this.durable = durable;
    this.#open = open;
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

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    return (await this.#opened()).signal(runId, signal);
  }

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
    this.#store ??= Promise.reject(storeClosed(this.url));
    const opened = await this.#store.catch(() => undefined);
    await opened?.close();
  }

  #opened(): Promise<RunStore> {
    this.#store ??= this.#open();
    return this.#store;
  }
}
