import {
  runEnded,
  runOwned,
  type CollectOptions,
  type ConversationStore,
  type Hosting,
  type JournalRecord,
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
  checkSameTenant,
  checkSignal,
  checkTenant,
  defaultTenant,
  dueFirst,
  newestFirst,
  pageOfRequests,
  pageOfRuns,
  StoredConversations,
  uniqueRunName,
} from "@ice/core/internal";
import { endUnopened, silentOwner } from "../../../src/worker/give-up.ts";
import type { Connection } from "./connection.ts";
import { FleetJournal } from "./fleet-journal.ts";
import { hostingOn } from "./fleet-hosting.ts";
import type { FleetOwnership } from "./fleet-ownership.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetTables } from "./fleet-tables.ts";

/** What the stores of all tenants of one process have in common. */
export interface FleetStoreParts {
  readonly tables: FleetTables;
  readonly connection: Connection;
  readonly ownership: FleetOwnership;
  /** Keeps what is not about runs: conversations, outputs, blueprints, tokens. */
  readonly others: RunStore;
  readonly dispatcherOf: (tenant: string) => RunStore["dispatcher"];
  /** Notifies the owner of a run, in whichever process, that something was sent to it. */
  readonly note: (run: FleetRun) => void;
  readonly onAppend: (journal: RunJournal, record: JournalRecord) => void;
}

/** The store of one process on tables that others use at the same time; it passes `describeRunStore`. */
export class FleetStore implements RunStore {
  readonly url: string;
  readonly durable = true;
  readonly tenant: string;
  readonly conversations: ConversationStore;
  readonly cache: RunStore["cache"];
  readonly blueprints: RunStore["blueprints"];
  readonly schedules: RunStore["schedules"];
  readonly tokens: RunStore["tokens"];
  readonly hosting: Hosting;
  readonly dispatcher: RunStore["dispatcher"];
  readonly #parts: FleetStoreParts;

  constructor(parts: FleetStoreParts, tenant: string = defaultTenant) {
    const { connection, dispatcherOf } = parts;
    const others = parts.others.forTenant(tenant);
    this.url = connection.url;
    this.tenant = tenant;
    this.#parts = parts;
    this.dispatcher = dispatcherOf(tenant);
    this.hosting = hostingOn(parts, tenant);
    this.cache = through(connection, others.cache, ["get", "set"]);
    this.blueprints = through(connection, others.blueprints, ["list", "get", "revisions", "put", "delete"]);
    this.schedules = through(connection, others.schedules, ["lastDue", "setLastDue"]);
    this.tokens = through(connection, others.tokens, ["insert", "get", "list", "delete"]);
    this.conversations = new StoredConversations({
      tenant,
      open: () => through(connection, others.conversations, ["append", "read", "delete"]),
      forTenant: (other) => this.forTenant(other).conversations,
    });
  }

  forTenant(tenant: string): RunStore {
    return tenant === this.tenant ? this : new FleetStore(this.#parts, checkTenant(tenant));
  }

  async create(head: NewRun, owner: RunOwner): Promise<RunJournal> {
    const { ownership, connection, tables } = this.#parts;
    checkSameTenant(head.tenant, this.tenant);
    await ownership.register();
    const first = { process: ownership.id, owner };
    const kept = { ...head, inputs: structuredClone(head.inputs) };
    const run = await connection.call("create", () => tables.create(this.tenant, kept, first));
    return this.#own(run, owner, { epoch: 1, records: 0, signals: 0 });
  }

  async open(runId: string, owner: RunOwner): Promise<{ journal: RunJournal; run: StoredRun }> {
    const { ownership, connection, tables } = this.#parts;
    return ownership.acquire(this.tenant, runId, async () => {
      await ownership.register();
      const { run, stored, epoch, records } = await connection.call("open", () => {
        const found = this.#require(runId);
        if (found.endedAt !== undefined) throw runEnded(runId, found.status, "it cannot go on");
        if (ownership.isHeld(found)) throw runOwned(runId, { pid: null, host: found.process ?? null });
        const before = tables.storedOf(found);
        tables.open(found, { process: ownership.id, owner });
        return { run: found, stored: before, epoch: found.epoch, records: found.records.length };
      });
      const journal = this.#own(run, owner, { epoch, records, signals: stored.signals.length });
      // The previous owner was asked to cancel, and died before it did.
      journal.notice(run.signals, run.cancel);
      return { journal, run: stored };
    });
  }

  /** In place of `giveUp`: ends a run that no worker opens any more. */
  async giveUp(given: FleetRun): Promise<void> {
    const { ownership, connection, tables } = this.#parts;
    const { epoch, takeovers } = given;
    const { runId, tenant } = given.head;
    await ownership.acquire(tenant, runId, async () => {
      await ownership.register();
      const taken = await connection.call("giveUp", () => {
        if (given.epoch !== epoch || given.endedAt !== undefined) return undefined;
        tables.open(given, { process: ownership.id, owner: silentOwner });
        given.isGivenUp = true;
        return { epoch: given.epoch, records: given.records.length, signals: given.signalCount };
      });
      if (taken === undefined) return;
      await this.#own(given, silentOwner, taken).append(endUnopened(runId, takeovers, tables.clock.now()));
    });
  }

  read(runId: string): Promise<StoredRun> {
    return this.#call("read", () => this.#require(runId).stored());
  }

  summary(runId: string): Promise<RunSummary> {
    return this.#call("summary", () => this.#require(runId).summary());
  }

  list({ status, workflow, dueBy, limit = 100 }: ListQuery = {}): Promise<readonly RunSummary[]> {
    return this.#call("list", () => {
      const runs = this.#all().filter(
        (run) => (status ?? run.status) === run.status && (workflow ?? run.head.workflow) === run.head.workflow,
      );
      const listed = dueBy === undefined ? newestFirst(runs) : dueFirst(runs, dueBy);
      return listed.slice(0, Math.max(0, limit)).map((run) => run.summary());
    });
  }

  page(query?: PageQuery): Promise<RunPage> {
    return this.#call("page", () => pageOfRuns(this.#all(), query));
  }

  requests({ runId, ...query }: RequestQuery = {}): Promise<RequestPage> {
    return this.#call("requests", () =>
      pageOfRequests(runId === undefined ? this.#all() : [this.#require(runId)], query),
    );
  }

  readAfter(runId: string, after: Position, limit?: number): Promise<JournalTail> {
    return this.#call("readAfter", () => this.#require(runId).tail(after, limit));
  }

  watch(runId: string, listener: () => void): () => void {
    return this.#parts.tables.watchers.add(uniqueRunName(this.tenant, runId), listener);
  }

  async signal(runId: string, given: Signal): Promise<SignalReceipt> {
    const { tables, note } = this.#parts;
    const signal = checkSignal(given);
    const { run, receipt } = await this.#call("signal", () => {
      const found = this.#require(runId);
      return { run: found, receipt: tables.signal(found, signal) };
    });
    if (receipt.recorded) note(run);
    return receipt;
  }

  async signals(runId: string, from = 0): Promise<readonly Signal[]> {
    const { run, signals, cancel } = await this.#call("signals", () => {
      const found = this.#require(runId);
      return { run: found, signals: found.signals, cancel: found.cancel };
    });
    this.#parts.ownership.get(run)?.notice(signals, cancel);
    return signals.slice(from);
  }

  async requestCancel(runId: string, reason: string): Promise<boolean> {
    const { tables, ownership, note } = this.#parts;
    const asked = await this.#call("requestCancel", () => {
      const run = tables.find(this.tenant, runId);
      if (run === undefined || !ownership.isOwned(run)) return undefined;
      run.requestCancel(reason);
      return run;
    });
    if (asked !== undefined) note(asked);
    return asked !== undefined;
  }

  async collect({ endedBefore, idleBefore = -Infinity }: CollectOptions): Promise<{ runs: number; blobs: number }> {
    const { tables, others } = this.#parts;
    const runs = await this.#call("collect", () => {
      const old = this.#all().filter((run) =>
        run.endedAt === undefined
          ? !run.isOwned && !run.isQueued && run.isIdleSince(idleBefore)
          : run.endedAt < endedBefore,
      );
      for (const { head } of old) tables.runs.delete(uniqueRunName(this.tenant, head.runId));
      return old.length;
    });
    await others.forTenant(this.tenant).collect({ endedBefore });
    return { runs, blobs: 0 };
  }

  secret(): Promise<string> {
    return this.#call("secret", () => this.#parts.others.forTenant(this.tenant).secret());
  }

  async close(): Promise<void> {
    const { connection, ownership, tables } = this.#parts;
    if (!connection.isOpen) return;
    await ownership.close(this.url);
    // Runs that cannot be released now expire with the lease.
    await connection
      .call("close", () => {
        for (const run of tables.all()) if (run.process === ownership.id) run.disown();
        tables.owners.delete(ownership.id);
      })
      .catch(() => {});
    connection.close();
  }

  #own(run: FleetRun, owner: RunOwner, at: { epoch: number; records: number; signals: number }): FleetJournal {
    const { tables, connection, ownership, onAppend } = this.#parts;
    const journal: FleetJournal = new FleetJournal({
      ...at,
      tables,
      connection,
      run,
      owner,
      process: ownership.id,
      onAppend: (record) => onAppend(journal, record),
      onEnd: (ended, how) => ownership.end(ended, how),
    });
    ownership.add(journal);
    return journal;
  }

  #call<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return this.#parts.connection.call(name, work);
  }

  #all(): readonly FleetRun[] {
    return this.#parts.tables.all(this.tenant);
  }

  #require(runId: string): FleetRun {
    return this.#parts.tables.require(this.tenant, runId);
  }
}

/** A part of a store whose calls go through the connection of a process. */
function through<Part extends object>(
  connection: Connection,
  part: Part,
  names: readonly (keyof Part & string)[],
): Part {
  const called =
    (name: keyof Part & string) =>
    (...given: readonly unknown[]) =>
      connection.call(name, () => (part[name] as (...values: readonly unknown[]) => Promise<unknown>)(...given));
  return Object.fromEntries(names.map((name) => [name, called(name)])) as Part;
}
