import { randomBytes } from "node:crypto";
import {
  runEnded,
  runExists,
  runFenced,
  runNotFound,
  runOwned,
  storeClosed,
  type Clock,
  type CollectOptions,
  type ConversationStore,
  type Hosting,
  type JournalTail,
  type ListQuery,
  type NewRun,
  type PageQuery,
  type Position,
  type RequestPage,
  type RequestQuery,
  type RunJournal,
  type RunOwner,
  type RunPage,
  type RunStore,
  type RunSummary,
  type Signal,
  type SignalReceipt,
  type StoredRun,
} from "@ice/core";
import {
  ConversationMap,
  checkSameTenant,
  checkTenant,
  deepFreeze,
  defaultTenant,
  dueFirst,
  MemoryRun,
  newestFirst,
  pageOfRequests,
  pageOfRuns,
  uniqueRunName,
  StoredConversations,
  anyRun,
  Watchers,
} from "@ice/core/internal";
import { systemClock } from "../time/system-clock.ts";
import { MemoryBlueprints } from "./memory-blueprints.ts";
import { MemoryCache } from "./memory-cache.ts";
import { createMemoryHosting } from "./memory-hosting.ts";
import { createMemorySchedules } from "./memory-schedules.ts";
import { MemoryTokens } from "./memory-tokens.ts";

/**
 * Maximum number of ended runs of a tenant, and of their records; the oldest are dropped first. With ten times as many records, they survive
 * the young generation of the garbage collector, and a node costs up to twice as much.
 */
const endedRunLimit = 100;
const endedRecordLimit = 10_000;

/** Maximum length of a list, see `ListQuery`. */
const maxLimit = 10_000;

/** What the stores of all tenants have in common. */
interface Memory {
  readonly clock: Clock;
  readonly tenants: Map<string, MemoryRunStore>;
  readonly watchers: Watchers;
  /** Numbers runs and requests. */
  sequence: number;
  tokens?: MemoryTokens;
  closed: boolean;
}

/** Keeps runs for the lifetime of the process. Appends settle at once; nothing is durable beyond the process. */
export class MemoryRunStore implements RunStore {
  readonly url = "memory:";
  readonly durable = false;
  readonly tenant: string;
  readonly conversations: ConversationStore;
  readonly cache = new MemoryCache(() => this.#requireOpen());
  readonly hosting: Hosting;
  readonly blueprints = new MemoryBlueprints(() => this.#requireOpen());
  readonly schedules = createMemorySchedules(() => this.#requireOpen());
  readonly tokens: MemoryTokens;
  readonly #memory: Memory;
  readonly #runs = new Map<string, MemoryRun>();
  /** Ids of ended runs, in the order of their ends. */
  readonly #ended: string[] = [];
  #endedRecords = 0;
  #secret: string | undefined;

  /** @param memory - that of the store of another tenant. Default: its own. */
  constructor({
    clock = systemClock,
    tenant = defaultTenant,
    memory = { clock, tenants: new Map(), watchers: new Watchers(), sequence: 0, closed: false },
  }: { readonly clock?: Clock; readonly tenant?: string; readonly memory?: Memory } = {}) {
    this.tenant = tenant;
    this.#memory = memory;
    memory.tenants.set(tenant, this);
    this.hosting = createMemoryHosting({
      assertOpen: () => this.#requireOpen(),
      require: (runId) => this.#require(runId),
      all: () => [...memory.tenants.values()].flatMap((store) => [...store.#runs.values()]),
      watch: (listener) => memory.watchers.add(anyRun, listener),
    });
    this.tokens = memory.tokens ??= new MemoryTokens(() => this.#requireOpen());
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
    const kept = new MemoryRun({ ...run, tenant: this.tenant }, this.#newSequence(), owner);
    this.#runs.set(run.runId, kept);
    this.#changed(kept);
    return this.#journalOf(kept);
  }

  async open(runId: string, owner: RunOwner): Promise<{ journal: RunJournal; run: StoredRun }> {
    const kept = this.#require(runId);
    if (kept.endedAt !== undefined) throw runEnded(runId, kept.status, "it cannot go on");
    if (kept.owner !== undefined) throw runOwned(runId);
    kept.owner = owner;
    kept.epoch += 1;
    // The previous owner was asked to cancel, and released the run without doing so.
    if (kept.cancel !== undefined) owner.onCancel(kept.cancel);
    return { journal: this.#journalOf(kept), run: kept.stored() };
  }

  async read(runId: string): Promise<StoredRun> {
    return this.#require(runId).stored();
  }

  async summary(runId: string): Promise<RunSummary> {
    return this.#require(runId).summary();
  }

  async list({ status, workflow, dueBy, limit = 100 }: ListQuery = {}): Promise<readonly RunSummary[]> {
    this.#requireOpen();
    const most = Math.max(0, Math.min(limit, maxLimit));
    const runs = [...this.#runs.values()].filter(
      (kept) => (status ?? kept.status) === kept.status && (workflow ?? kept.head.workflow) === kept.head.workflow,
    );
    const listed = dueBy === undefined ? newestFirst(runs) : dueFirst(runs, dueBy);
    return listed.slice(0, most).map((kept) => kept.summary());
  }

  async page(query?: PageQuery): Promise<RunPage> {
    this.#requireOpen();
    return pageOfRuns([...this.#runs.values()], query);
  }

  async requests({ runId, ...query }: RequestQuery = {}): Promise<RequestPage> {
    this.#requireOpen();
    return pageOfRequests(runId === undefined ? [...this.#runs.values()] : [this.#require(runId)], query);
  }

  async readAfter(runId: string, after: Position, limit?: number): Promise<JournalTail> {
    return this.#require(runId).tail(after, limit);
  }

  watch(runId: string, listener: () => void): () => void {
    return this.#memory.watchers.add(uniqueRunName(this.tenant, runId), listener);
  }

  async signal(runId: string, signal: Signal): Promise<SignalReceipt> {
    const run = this.#require(runId);
    const receipt = run.keep(signal);
    if (!receipt.recorded) return receipt;
    run.owner?.onSignal(receipt.signal);
    this.#changed(run);
    return receipt;
  }

  async signals(runId: string, from = 0): Promise<readonly Signal[]> {
    return this.#require(runId).signals.slice(from);
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    this.#requireOpen();
    const kept = this.#runs.get(runId);
    if (kept?.owner === undefined) return false;
    if (kept.requestCancel(reason)) kept.owner.onCancel(reason);
    return true;
  }

  async collect({ endedBefore, idleBefore = -Infinity }: CollectOptions): Promise<{ runs: number; blobs: number }> {
    this.#requireOpen();
    let runs = 0;
    for (const [runId, kept] of this.#runs) {
      const { endedAt, owner } = kept;
      const old = endedAt === undefined ? owner === undefined && kept.isIdleSince(idleBefore) : endedAt < endedBefore;
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

  #journalOf(kept: MemoryRun): RunJournal {
    const { epoch } = kept;
    const { runId } = kept.head;
    return {
      runId,
      epoch,
      append: (record) => {
        if (this.#memory.closed) return Promise.reject(storeClosed(this.url));
        if (kept.owner === undefined || kept.epoch !== epoch)
          return Promise.reject(runFenced(runId, epoch, "this owner has released it, or lost it to another owner"));
        if (record.kind === "suspended") kept.seen = kept.signalCount;
        kept.append(record, this.#newSequence);
        if (record.kind === "ended") this.#keepEnded(kept);
        this.#changed(kept);
        return undefined;
      },
    };
  }

  /** Keeps an ended run, and drops the oldest ones. */
  #keepEnded({ head, records }: MemoryRun): void {
    this.#ended.push(head.runId);
    this.#endedRecords += records.length;
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

  #require(runId: string): MemoryRun {
    this.#requireOpen();
    const kept = this.#runs.get(runId);
    if (kept !== undefined) return kept;
    throw runNotFound(runId);
  }

  readonly #newSequence = (): number => (this.#memory.sequence += 1);

  /** Notifies those who watch a run, and hosts. */
  #changed({ head }: MemoryRun): void {
    const { watchers } = this.#memory;
    if (watchers.size === 0) return;
    watchers.notify(uniqueRunName(this.tenant, head.runId));
    watchers.notify(anyRun);
  }

  #requireOpen(): void {
    if (this.#memory.closed) throw storeClosed(this.url);
  }
}
