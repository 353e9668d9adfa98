import { randomBytes } from "node:crypto";
import {
  runExists,
  runFenced,
  runNotFound,
  runOwned,
  storeClosed,
  type Clock,
  type CollectOptions,
  type ConversationStore,
  type JournalRecord,
  type ListQuery,
  type NewRun,
  type ObservedStatus,
  type RunDocument,
  type RunJournal,
  type RunOwner,
  type RunStore,
  type RunSummary,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";
import { ConversationMap, checkSameTenant, checkTenant, deepFreeze, defaultTenant } from "@ice/core/internal";
import { systemClock } from "../time/system-clock.ts";
import { MemoryCache } from "./memory-cache.ts";
import { StoredConversations } from "./stored-conversations.ts";

/**
 * Maximum number of ended runs of a tenant, and of their records; the oldest are dropped first. With ten times as many records, they survive
 * the young generation of the garbage collector, and a node costs up to twice as much.
 */
const endedRunLimit = 100;
const endedRecordLimit = 10_000;

/** Maximum length of a list, see `ListQuery`. */
const maxLimit = 10_000;

interface KeptRun {
  readonly run: NewRun & Pick<StoredRun, "tenant">;
  readonly records: JournalRecord[];
  readonly signals: Map<string, Signal>;
  status: ObservedStatus;
  updatedAt: number;
  endedAt: number | undefined;
  /** When something in the suspended run goes on by itself. */
  resumeAt: number | undefined;
  epoch: number;
  owner: RunOwner | undefined;
  /** The first reason of a request to cancel. */
  cancel: string | undefined;
}

/** What the stores of all tenants have in common. */
interface Memory {
  readonly clock: Clock;
  readonly tenants: Map<string, MemoryRunStore>;
  closed: boolean;
}

/** Keeps runs for the lifetime of the process. Appends settle at once; nothing is durable beyond the process. */
export class MemoryRunStore implements RunStore {
  readonly url = "memory:";
  readonly durable = false;
  readonly tenant: string;
  readonly conversations: ConversationStore;
  readonly cache = new MemoryCache(() => this.#requireOpen());
  readonly #memory: Memory;
  readonly #runs = new Map<string, KeptRun>();
  /** Ids of ended runs, in the order of their ends. */
  readonly #ended: string[] = [];
  #endedRecords = 0;
  #secret: string | undefined;

  /** @param memory - that of the store of another tenant. Default: its own. */
  constructor({
    clock = systemClock,
    tenant = defaultTenant,
    memory = { clock, tenants: new Map(), closed: false },
  }: { readonly clock?: Clock; readonly tenant?: string; readonly memory?: Memory } = {}) {
    this.tenant = tenant;
    this.#memory = memory;
    memory.tenants.set(tenant, this);
    const conversations = new ConversationMap();
    this.conversations = new StoredConversations({
      tenant,
      open: () => {
        this.#requireOpen();
        return conversations;
      },
      forTenant: (other) => this.forTenant(other).conversations,
    });
  }

  forTenant(tenant: string): RunStore {
    const memory = this.#memory;
    return memory.tenants.get(tenant) ?? new MemoryRunStore({ tenant: checkTenant(tenant), memory });
  }

  async create(run: NewRun, owner: RunOwner): Promise<RunJournal> {
    this.#requireOpen();
    checkSameTenant(run.tenant, this.tenant);
    if (this.#runs.has(run.runId)) throw runExists(run.runId);
    deepFreeze(run.inputs);
    const kept: KeptRun = {
      run: { ...run, tenant: this.tenant },
      records: [],
      signals: new Map(),
      status: "running",
      updatedAt: run.startedAt,
      endedAt: undefined,
      resumeAt: undefined,
      epoch: 1,
      owner,
      cancel: undefined,
    };
    this.#runs.set(run.runId, kept);
    return this.#journalOf(kept);
  }

  async open(runId: string, owner: RunOwner): Promise<{ journal: RunJournal; run: StoredRun }> {
    const kept = this.#require(runId);
    if (kept.owner !== undefined) throw runOwned(runId);
    kept.owner = owner;
    kept.epoch += 1;
    // The previous owner was asked to cancel, and released the run without doing so.
    if (kept.cancel !== undefined) owner.onCancel(kept.cancel);
    return { journal: this.#journalOf(kept), run: storedRun(kept) };
  }

  async read(runId: string): Promise<StoredRun> {
    return storedRun(this.#require(runId));
  }

  async summary(runId: string): Promise<RunSummary> {
    return summaryOf(this.#require(runId));
  }

  async list({ status, workflow, dueBy, limit = 100 }: ListQuery = {}): Promise<readonly RunSummary[]> {
    this.#requireOpen();
    const most = Math.max(0, Math.min(limit, maxLimit));
    const runs = [...this.#runs.values()].filter(
      (kept) => (status ?? kept.status) === kept.status && (workflow ?? kept.run.workflow) === kept.run.workflow,
    );
    const listed = dueBy === undefined ? newestFirst(runs) : dueFirst(runs, dueBy);
    return listed.slice(0, most).map(summaryOf);
  }

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    const run = this.#require(runId);
    const { signals, owner } = run;
    // Ids of signals with a name are apart from those of answers.
    const key = signal.name === undefined ? signal.id : `!${signal.id}`;
    const first = signals.get(key);
    if (first !== undefined) return { recorded: false, signal: first };
    const kept: Signal = deepFreeze(signal as never);
    signals.set(key, kept);
    run.updatedAt = Math.max(run.updatedAt, signal.at);
    owner?.onSignal(kept);
    return { recorded: true, signal: kept };
  }

  async signals(runId: string, from = 0): Promise<readonly Signal[]> {
    return [...this.#require(runId).signals.values()].slice(from);
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    this.#requireOpen();
    const kept = this.#runs.get(runId);
    if (kept?.owner === undefined) return false;
    if (kept.cancel === undefined) kept.owner.onCancel((kept.cancel = reason));
    return true;
  }

  async collect({ endedBefore, idleBefore = -Infinity }: CollectOptions): Promise<{ runs: number; blobs: number }> {
    this.#requireOpen();
    let runs = 0;
    for (const [runId, { endedAt, updatedAt, owner }] of this.#runs) {
      const old = endedAt === undefined ? owner === undefined && updatedAt < idleBefore : endedAt < endedBefore;
      if (!old) continue;
      this.#delete(runId);
      runs += 1;
    }
    this.cache.collect(this.#memory.clock.now());
    return { runs, blobs: 0 };
  }

  async secret(): Promise<string> {
    this.#requireOpen();
    return (this.#secret ??= randomBytes(32).toString("hex"));
  }

  async close(): Promise<void> {
    this.#memory.closed = true;
    for (const store of this.#memory.tenants.values()) for (const kept of store.#runs.values()) kept.owner = undefined;
  }

  #journalOf(kept: KeptRun): RunJournal {
    const { epoch } = kept;
    const { runId } = kept.run;
    return {
      runId,
      epoch,
      append: (record) => {
        if (this.#memory.closed) return Promise.reject(storeClosed(this.url));
        if (kept.owner === undefined || kept.epoch !== epoch)
          return Promise.reject(runFenced(runId, epoch, "this owner has released it, or lost it to another owner"));
        kept.records.push(record);
        kept.updatedAt = record.at;
        if (record.kind === "suspended") this.#release(kept, record);
        else if (record.kind === "ended") this.#end(kept, record);
        else if (record.kind === "resumed") [kept.status, kept.resumeAt] = ["running", undefined];
        return undefined;
      },
    };
  }

  #release(kept: KeptRun, { reason, resumeAt }: Extract<JournalRecord, { readonly kind: "suspended" }>): void {
    kept.resumeAt = resumeAt;
    kept.status = reason === "interrupted" ? "interrupted" : "suspended";
    kept.owner = undefined;
  }

  #end(kept: KeptRun, { status, at }: Extract<JournalRecord, { readonly kind: "ended" }>): void {
    kept.status = status;
    kept.endedAt = at;
    kept.resumeAt = undefined;
    kept.owner = undefined;
    this.#ended.push(kept.run.runId);
    this.#endedRecords += kept.records.length;
    while (this.#ended.length > endedRunLimit || (this.#endedRecords > endedRecordLimit && this.#ended.length > 1))
      this.#delete(this.#ended[0]!);
  }

  #delete(runId: string): void {
    const at = this.#ended.indexOf(runId);
    if (at >= 0) {
      this.#ended.splice(at, 1);
      this.#endedRecords -= this.#runs.get(runId)!.records.length;
    }
    this.#runs.delete(runId);
  }

  #require(runId: string): KeptRun {
    this.#requireOpen();
    const kept = this.#runs.get(runId);
    if (kept !== undefined) return kept;
    throw runNotFound(runId);
  }

  #requireOpen(): void {
    if (this.#memory.closed) throw storeClosed(this.url);
  }
}

const newestFirst = (runs: readonly KeptRun[]): readonly KeptRun[] =>
  runs.toReversed().toSorted((a, b) => b.run.startedAt - a.run.startedAt);

const dueFirst = (runs: readonly KeptRun[], dueBy: number): readonly KeptRun[] =>
  runs
    .filter((kept) => kept.status === "suspended" && kept.owner === undefined && (kept.resumeAt ?? Infinity) <= dueBy)
    .toSorted((a, b) => a.resumeAt! - b.resumeAt!);

const summaryOf = ({ run, status, updatedAt, endedAt, resumeAt }: KeptRun): RunSummary => ({
  runId: run.runId,
  workflow: run.workflow,
  version: run.version,
  kind: run.kind,
  ...(run.startedBy !== undefined && { startedBy: run.startedBy }),
  status,
  startedAt: run.startedAt,
  updatedAt,
  ...(endedAt !== undefined && { endedAt }),
  ...(resumeAt !== undefined && { resumeAt }),
});

const storedRun = ({ run, status, updatedAt, records, signals }: KeptRun): StoredRun => ({
  ...run,
  inputs: deepFreeze(run.inputs),
  options: deepFreeze(run.options),
  document: frozenDocument(run.document),
  status,
  updatedAt,
  records: records.map((record) => deepFreeze(record as never)),
  signals: [...signals.values()],
});

/** The hash of a large document takes long, and few ask for it. */
const frozenDocument = (document: RunDocument): RunDocument =>
  Object.freeze({
    get hash() {
      return document.hash;
    },
    get data() {
      return deepFreeze(document.data);
    },
  });
