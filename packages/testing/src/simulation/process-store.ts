import {
  IceError,
  runExists,
  runFenced,
  runNotFound,
  type ConversationStore,
  type JournalRecord,
  type ListQuery,
  type NewRun,
  type OutcomeCache,
  type RunJournal,
  type RunOwner,
  type RunStore,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";
import type { ConversationMap } from "@ice/core/internal";
import { outputsOn, type KeptOutputs } from "./kept-outputs.ts";
import { assertFree, keepCancel, recordSignal, storedRun, type Holder, type KeptRun } from "./kept-run.ts";
import type { ProcessOptions, StoreCall } from "./process-options.ts";
import { unavailable } from "./store-failure.ts";
import { StoreWithoutServers } from "./store-without-servers.ts";

/** The store of a running process. */
export interface ProcessStore extends RunStore {
  /** Ends the process: what is not durable is lost, and no promise of this store settles any more. */
  kill(): void;
}

interface PendingAppend {
  readonly kept: KeptRun;
  readonly record: JournalRecord;
  settle(): void;
  reject(error: IceError): void;
}

/** State shared by all processes on a disk. */
export interface DiskContents {
  readonly runs: Map<string, KeptRun>;
  readonly conversations: ConversationMap;
  readonly outputs: KeptOutputs;
  /** Signals for runs that do not exist yet. */
  readonly early: ReadonlyMap<string, readonly Signal[]>;
  write(kept: KeptRun, record: JournalRecord): void;
}

type Call = Omit<StoreCall, "nth">;

/** How a journal holds its run. */
interface Holding {
  readonly epoch: number;
  /** Whether its last record suspended or ended the run. */
  left: boolean;
  /** Whether the store has failed for it. */
  lost: boolean;
}

/** The store of one process on a disk. Internal: `Disk.connect`. */
export class ConnectedStore extends StoreWithoutServers implements ProcessStore {
  readonly url = "test:";
  readonly durable = true;
  readonly tenant = "default";
  readonly conversations: ConversationStore = {
    tenant: this.tenant,
    forTenant: (tenant) => this.forTenant(tenant).conversations,
    append: (thread, turn) =>
      this.#durably({ name: "appendTurn", runId: thread }, () => this.#disk.conversations.append(thread, turn)),
    read: (thread, limit) =>
      this.#durably({ name: "readTurns", runId: thread }, () => this.#disk.conversations.read(thread, limit)),
    delete: (thread) =>
      this.#durably({ name: "appendTurn", runId: thread }, () => this.#disk.conversations.delete(thread)),
  };
  readonly cache: OutcomeCache;
  readonly #disk: DiskContents;
  readonly #options: ProcessOptions;
  #alive = true;
  #closed = false;
  #calls = 0;
  #pending: PendingAppend[] = [];
  #cancelFlush = (): void => {};

  constructor(disk: DiskContents, options: ProcessOptions) {
    super();
    this.#disk = disk;
    this.#options = options;
    this.cache = outputsOn(disk.outputs, (call, work) => this.#durably(call, work));
  }

  /** A simulation has one tenant. */
  forTenant(tenant: string): RunStore {
    if (tenant === this.tenant) return this;
    throw new IceError("ICE_USAGE", `The store of a simulation has no tenant "${tenant}".`);
  }

  create(run: NewRun, owner: RunOwner): Promise<RunJournal> {
    const { runs, early } = this.#disk;
    return this.#durably({ name: "create", runId: run.runId }, () => {
      if (runs.has(run.runId)) throw runExists(run.runId);
      const { document, ...rest } = run;
      const kept: KeptRun = {
        runId: run.runId,
        run: JSON.stringify({ ...rest, document: { hash: document.hash, data: document.data } }),
        records: [],
        signals: new Map(),
        epoch: 1,
        owner: this.#holder(owner),
      };
      for (const signal of early.get(run.runId) ?? []) recordSignal(kept, signal);
      runs.set(run.runId, kept);
      return this.#journalOf(kept);
    });
  }

  open(runId: string, owner: RunOwner): ReturnType<RunStore["open"]> {
    return this.#durably({ name: "open", runId }, () => {
      const kept = this.#require(runId);
      assertFree(kept);
      kept.owner = this.#holder(owner);
      kept.epoch += 1;
      if (kept.cancel !== undefined) owner.onCancel(kept.cancel);
      return { journal: this.#journalOf(kept), run: storedRun(kept) };
    });
  }

  async read(runId: string): Promise<StoredRun> {
    const decided = this.#decide({ name: "read", runId });
    if (decided === "never") return never();
    if (decided === "reject") throw unavailable();
    return storedRun(this.#require(runId));
  }

  summary(runId: string): Promise<StoredRun> {
    return this.read(runId);
  }

  async list({ status, workflow, limit = 100 }: ListQuery = {}): Promise<readonly StoredRun[]> {
    return [...this.#disk.runs.values()]
      .map(storedRun)
      .filter((run) => (status ?? run.status) === run.status && (workflow ?? run.workflow) === run.workflow)
      .toSorted((a, b) => b.startedAt - a.startedAt)
      .slice(0, limit);
  }

  signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    return this.#durably({ name: "signal", runId }, () => recordSignal(this.#require(runId), signal, this));
  }

  async signals(runId: string): Promise<readonly Signal[]> {
    return storedRun(this.#require(runId)).signals;
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    return keepCancel(this.#require(runId), reason);
  }

  async collect(): Promise<{ runs: number; blobs: number }> {
    return { runs: 0, blobs: 0 };
  }

  async secret(): Promise<string> {
    return "secret of a test";
  }

  async close(): Promise<void> {
    if (!this.#alive) return;
    this.#closed = true;
    this.#flush();
    this.#disown();
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#pending = [];
    this.#disown();
  }

  #holder(owner: RunOwner): Holder {
    const { notice = (deliver) => deliver() } = this.#options;
    return { process: this, owner, notice };
  }

  #journalOf(kept: KeptRun): RunJournal {
    const { runId, epoch } = kept;
    const holding: Holding = { epoch, left: false, lost: false };
    return { runId, epoch, append: (record) => this.#append(kept, holding, record) };
  }

  #append(kept: KeptRun, holding: Holding, record: JournalRecord): Promise<void> | undefined {
    const { commit, onLateAppend = () => {} } = this.#options;
    const { runId } = kept;
    if (this.#alive && holding.left) onLateAppend(record);
    if (this.#alive && (holding.left || holding.lost || this.#closed || kept.epoch !== holding.epoch))
      return Promise.reject(runFenced(runId, holding.epoch, "it no longer belongs to this owner"));
    const ends = record.kind === "suspended" || record.kind === "ended";
    const decided = this.#decide({ name: "append", runId, record }, () => this.#disk.write(kept, record));
    if (decided === "never") return never();
    if (decided === "reject") {
      holding.lost = true;
      return Promise.reject(this.#rejectPending(kept));
    }
    holding.left = ends;
    const finish = (): void => {
      if (ends) kept.owner = undefined;
    };
    if (commit === undefined) {
      this.#disk.write(kept, record);
      finish();
      return undefined;
    }
    if (this.#pending.length === 0) this.#cancelFlush = commit.clock.setTimer(commit.delayMs(), () => this.#flush());
    return new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        finish();
        resolve();
      };
      this.#pending.push({ kept, record, settle, reject });
    });
  }

  /**
   * Fails the store for a run: its records that are not durable are rejected.
   *
   * @returns the error.
   */
  #rejectPending(kept: KeptRun): IceError {
    kept.owner = undefined;
    const theirs = this.#pending.filter((one) => one.kept === kept);
    this.#pending = this.#pending.filter((one) => one.kept !== kept);
    const error = unavailable();
    for (const { reject } of theirs) reject(error);
    return error;
  }

  #commitPending(): readonly PendingAppend[] {
    const committed = this.#pending;
    this.#pending = [];
    this.#cancelFlush();
    for (const { kept, record } of committed) this.#disk.write(kept, record);
    return committed;
  }

  #flush(): void {
    for (const { settle } of this.#commitPending()) settle();
  }

  #disown(): void {
    for (const kept of this.#disk.runs.values()) if (kept.owner?.process === this) kept.owner = undefined;
  }

  /** Whether the call proceeds. After a crash, it never settles. */
  #decide(call: Call, complete: () => void = () => {}): "keep" | "reject" | "never" {
    const { fault = () => "keep", onCrash = () => {} } = this.#options;
    if (!this.#alive) return "never";
    this.#calls += 1;
    const decided = fault({ ...call, nth: this.#calls });
    if (decided === "keep" || decided === "reject") return decided;
    if (decided === "crashAfter") {
      this.#commitPending();
      try {
        complete();
      } catch {
        // Refused, as a run whose id exists: nothing has changed.
      }
    }
    this.kill();
    onCrash();
    return "never";
  }

  /** Does the work of a writing call, once it is durable. */
  #durably<T>(call: Call, work: () => T): Promise<T> {
    const { commit } = this.#options;
    const decided = this.#decide(call, work);
    if (decided === "never") return never();
    if (decided === "reject") return Promise.reject(unavailable());
    if (commit === undefined) return new Promise((resolve) => resolve(work()));
    return new Promise((resolve, reject) => {
      commit.clock.setTimer(commit.delayMs(), () => {
        if (!this.#alive) return;
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #require(runId: string): KeptRun {
    const kept = this.#disk.runs.get(runId);
    if (kept !== undefined) return kept;
    throw runNotFound(runId);
  }
}

const never = <T>(): Promise<T> => new Promise(() => {});
