import type { Client } from "pg";
import { runOwned } from "@ice/core";
import { uniqueRunName } from "@ice/core/internal";
import { endOf, queriesOn, soon, type Database, type Queries } from "./database.ts";
import type { LocalProcesses } from "./local-processes.ts";
import { channelOf } from "./notes.ts";
import type { PostgresRunJournal } from "./postgres-run-journal.ts";
import { selectRuns, type RunRow } from "./run-row.ts";

export interface OwnershipOptions {
  readonly database: Database;
  /** Id of this process in the store, unique and never used again. */
  readonly id: string;
  /** This process, and whether others of its machine are alive. */
  readonly processes: LocalProcesses;
  readonly leaseMs: number;
  /** Interval in which the lease is renewed, and signals that no note announced are found. */
  readonly beatMs: number;
  /** Called with each note for this process. Does not throw. */
  readonly onNote: (note: string) => void;
}

/**
 * The part of the lease that a statement of the beat, and its connection, may take at most: one that waits for a lock, or on a connection that
 * has broken down, must not keep the lease from being renewed.
 */
const beatPart = 1 / 6;

/** A connection that need not keep the process alive; its types lack this. */
type Connection = Client & { ref(): void; unref(): void };

/**
 * The runs that this process owns. The lease, by the clock of the database, defines when others may take over a run; only the epoch
 * defines who may record. While something is owned, and in a worker, a beat renews the lease and looks for signals on a connection of
 * its own, which also listens for notes. If it is lost, notes are lost until the next beat makes another one.
 */
export class Ownership {
  readonly id: string;
  readonly #options: OwnershipOptions;
  readonly #runs = new Map<number, PostgresRunJournal>();
  /** Runs whose ownership was lost and whose rows may still refer to this process. */
  readonly #lost = new Map<number, PostgresRunJournal>();
  /** Runs that notes speak of, until the next look. */
  readonly #noted = new Set<number>();
  /** Names of runs that this process is about to own. */
  readonly #acquiring = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #client: Connection | undefined;
  /** What is done on the connection, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #registration: Promise<void> | undefined;
  /** When the lease was renewed last, by the monotonic clock of this process. */
  #renewedAt = -Infinity;
  /** Since when it has been renewed without a gap. */
  #steadySince = Infinity;
  /** What others may know about this worker; undefined if it is none. */
  #worker: string | undefined;
  #isClosed = false;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.id = options.id;
  }

  /** Ensures that others take this process for alive before a run refers to it. @throws IceError `ICE_STORE_*`. */
  async register(): Promise<void> {
    if (performance.now() - this.#renewedAt < this.#options.leaseMs / 3) return;
    await (this.#registration ??= this.#renew(this.#options.database).finally(() => (this.#registration = undefined)));
  }

  /** This process takes work from queues: it renews its lease also when it owns nothing. @param worker - what others may know. */
  async serve(worker: object): Promise<void> {
    this.#worker = JSON.stringify(worker);
    await this.#renew(this.#options.database);
    // Before it takes anything, it listens.
    await this.#do((queries) => this.#look(queries));
    if (this.#timer === undefined) this.#arm();
  }

  /** This process takes no work any more. */
  async retire(): Promise<void> {
    this.#worker = undefined;
    // A beat under way still says that it is one.
    await soon(this.#work);
    await this.#options.database.run("UPDATE owners SET worker = NULL WHERE id = $1", this.id);
  }

  /** Whether the lease has been renewed for its whole length without a gap: after an outage no owner is taken for dead too early. */
  get isSteady(): boolean {
    const [now, { leaseMs }] = [performance.now(), this.#options];
    return now - this.#steadySince >= leaseMs && now - this.#renewedAt < leaseMs / 2;
  }

  /** Time since the store has renewed the lease, in milliseconds. */
  get silentMs(): number {
    return performance.now() - this.#renewedAt;
  }

  add(run: PostgresRunJournal): void {
    this.#runs.set(run.row, run);
    this.#lost.delete(run.row);
    if (this.#timer === undefined) {
      void this.#do((queries) => this.#look(queries));
      this.#arm();
    }
  }

  end(run: PostgresRunJournal, how: "ended" | "released" | "lost"): void {
    if (this.#runs.get(run.row) === run) this.#runs.delete(run.row);
    if (how === "lost") this.#lost.set(run.row, run);
  }

  get(row: number): PostgresRunJournal | undefined {
    return this.#runs.get(row);
  }

  /**
   * Does the work that makes this process the owner of a run. Until it has ended, the run counts as owned, and no other such work for
   * it is begun.
   *
   * @throws IceError `ICE_STORE_OWNED` if there is some already.
   */
  async acquire<T>(tenant: string, runId: string, work: () => Promise<T>): Promise<T> {
    const name = uniqueRunName(tenant, runId);
    if (this.#acquiring.has(name)) throw runOwned(runId);
    this.#acquiring.add(name);
    try {
      return await work();
    } finally {
      this.#acquiring.delete(name);
    }
  }

  /** Whether the run has an owner that is alive, or is about to have one. */
  readonly isOwned = (run: RunRow): boolean =>
    this.isHeld(run) || (run.owner === this.id && this.#acquiring.has(uniqueRunName(run.tenant, run.run_id)));

  /** Whether the run has an owner that is alive. */
  isHeld(run: RunRow): boolean {
    if (run.owner === null) return false;
    if (run.owner === this.id) return this.#runs.has(run.id);
    // A process of this machine that has died does not hold its runs until its lease ends.
    return run.alive && !this.#options.processes.isDead(run.process);
  }

  /**
   * Lets others take the runs that refer to this process although it does not own them: the connection was lost before the answer came
   * that it does.
   */
  async disown(): Promise<void> {
    const { database } = this.#options;
    for (const run of await database.all<RunRow>(`${selectRuns} WHERE runs.owner = $1`, this.id))
      if (!this.isOwned(run)) await this.#disown(database, run.id, run.epoch);
  }

  /** Finds out what others have sent to a run, because a note says so. */
  look(row: number): void {
    this.#noted.add(row);
    // Many notes are one look.
    if (this.#noted.size === 1) void this.#do((queries) => this.#look(queries, this.#takeNoted()));
  }

  /** Stops the beat; nothing can be appended to the runs any more. */
  async close(refuse: (run: PostgresRunJournal) => void): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const run of this.#runs.values()) refuse(run);
    this.#runs.clear();
    // A connection that is being made is ended when it is there.
    await soon(this.#work);
    await this.#disconnect();
  }

  /** Releases everything. */
  async release(): Promise<void> {
    const { database } = this.#options;
    if (this.#renewedAt === -Infinity) return;
    await database.transact(async (queries) => {
      await queries.run("UPDATE runs SET owner = NULL WHERE owner = $1", this.id);
      await queries.run("DELETE FROM owners WHERE id = $1", this.id);
    });
  }

  async #renew(queries: Queries): Promise<void> {
    const {
      processes: { host, pid, process },
      leaseMs,
    } = this.#options;
    const began = performance.now();
    await queries.run(
      `INSERT INTO owners (id, host, pid, process, lease_ms, lease_until, worker)
        VALUES ($1, $2, $3, $4, $5, now() + $5::integer * interval '1 millisecond', $6::json)
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, worker = excluded.worker`,
      this.id,
      host,
      pid,
      process,
      leaseMs,
      this.#worker ?? null,
    );
    if (!(began - this.#renewedAt < leaseMs / 2)) this.#steadySince = began;
    this.#renewedAt = began;
  }

  #arm(): void {
    const beat = async (): Promise<void> => {
      await this.#do((queries) => this.#beat(queries));
      this.#timer = undefined;
      const isNeeded = this.#runs.size > 0 || this.#lost.size > 0 || this.#worker !== undefined;
      if (isNeeded && !this.#isClosed) this.#arm();
    };
    this.#timer = setTimeout(() => void beat(), this.#options.beatMs).unref();
  }

  async #beat(queries: Queries): Promise<void> {
    await this.#renew(queries);
    for (const [row, { epoch }] of this.#lost) {
      await this.#disown(queries, row, epoch);
      this.#lost.delete(row);
    }
    this.#noted.clear();
    await this.#look(queries);
  }

  /** Finds out what others have sent to runs, and which were taken over. @param only - default: all. */
  async #look(queries: Queries, only: readonly number[] = [...this.#runs.keys()]): Promise<void> {
    if (only.length === 0) return;
    // What is owned is listed before it is asked about: a run that is opened meanwhile is not taken for lost.
    const runs = only.flatMap((row) => this.#runs.get(row) ?? []);
    const rows = await queries.all<Pick<RunRow, "id" | "epoch" | "owner" | "signals" | "cancel">>(
      "SELECT id, epoch, owner, signals, cancel FROM runs WHERE id = ANY ($1::bigint[])",
      runs.map(({ row }) => row),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const run of runs) {
      const row = byId.get(run.row);
      if (row === undefined || row.epoch !== run.epoch) run.onOwnershipLost(run.fenced());
      else void run.notice(row.signals, row.cancel);
    }
  }

  /** The row of a run refers to this process no more, unless it has another owner or epoch by now. */
  async #disown(queries: Queries, row: number, epoch: number): Promise<void> {
    const sql = "UPDATE runs SET owner = NULL WHERE id = $1 AND epoch = $2 AND owner = $3";
    await queries.run(sql, row, epoch, this.id);
  }

  #takeNoted(): readonly number[] {
    const rows = [...this.#noted];
    this.#noted.clear();
    return rows;
  }

  /** Uses the connection. If that fails, the next beat makes another one. */
  #do(work: (queries: Queries) => Promise<void>): Promise<void> {
    const before = this.#work;
    const doNext = async (): Promise<void> => {
      await before;
      if (this.#isClosed) return;
      try {
        const client = await this.#connected();
        // The connection keeps the process alive while it is used, and only then.
        client.ref();
        await work(queriesOn(client));
        client.unref();
      } catch {
        // The store is unavailable: the next beat tries again, and a failed commit notifies the owner.
        await this.#disconnect();
      }
    };
    return (this.#work = doNext());
  }

  async #connected(): Promise<Connection> {
    if (this.#client !== undefined) return this.#client;
    const { database, leaseMs } = this.#options;
    const limits = { connectMs: Math.ceil(leaseMs * beatPart), statementMs: Math.ceil(leaseMs * beatPart) };
    const client = database.connection(limits) as Connection;
    client.on("error", () => {
      if (this.#client === client) this.#client = undefined;
    });
    client.on("notification", ({ payload = "" }) => this.#options.onNote(payload));
    // Known before it is connected, so that closing the store ends it.
    this.#client = client;
    await client.connect();
    await database.configure(client, limits);
    await client.query(`LISTEN "${channelOf(this.id)}"`);
    return client;
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) await endOf(client);
  }
}
