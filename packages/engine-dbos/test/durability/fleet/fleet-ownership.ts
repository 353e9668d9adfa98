import { runOwned, type Clock } from "@ice/core";
import { uniqueRunName } from "@ice/core/internal";
import type { Connection } from "./connection.ts";
import type { FleetJournal } from "./fleet-journal.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetTables } from "./fleet-tables.ts";

/** Interval in which the lease is renewed, in milliseconds, as `openPostgresRunStore` chooses it. */
const beatMs = (leaseMs: number): number => Math.min(1000, leaseMs / 5);

/** The runs that a process of the fleet owns, in place of `Ownership`: a beat renews its lease and looks for what others have sent. */
export class FleetOwnership {
  readonly id: string;
  readonly #tables: FleetTables;
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #runs = new Map<FleetRun, FleetJournal>();
  readonly #lost = new Map<FleetRun, FleetJournal>();
  readonly #acquiring = new Set<string>();
  #cancelTimer: (() => void) | undefined;
  #isWorker = false;
  #renewedAt = -Infinity;
  #steadySince = Infinity;

  constructor(id: string, tables: FleetTables, connection: Connection, clock: Clock) {
    this.id = id;
    this.#tables = tables;
    this.#connection = connection;
    this.#clock = clock;
  }

  async register(): Promise<void> {
    if (this.#clock.now() - this.#renewedAt >= this.#tables.leaseMs / 3) await this.#renew(true);
  }

  /** This process takes work, and renews its lease also while it owns nothing. */
  async serve(): Promise<void> {
    this.#isWorker = true;
    await this.#renew(true);
    this.#arm();
  }

  retire(): void {
    this.#isWorker = false;
  }

  get isSteady(): boolean {
    const [now, { leaseMs }] = [this.#clock.now(), this.#tables];
    return now - this.#steadySince >= leaseMs && now - this.#renewedAt < leaseMs / 2;
  }

  add(journal: FleetJournal): void {
    this.#runs.set(journal.run, journal);
    this.#lost.delete(journal.run);
    this.#arm();
  }

  end(journal: FleetJournal, how: "released" | "lost"): void {
    if (this.#runs.get(journal.run) === journal) this.#runs.delete(journal.run);
    if (how === "lost") this.#lost.set(journal.run, journal);
  }

  get(run: FleetRun): FleetJournal | undefined {
    return this.#runs.get(run);
  }

  /** Does the work that makes this process the owner of a run, once at a time. */
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

  /** Whether the run has an owner that is alive. */
  isHeld(run: FleetRun): boolean {
    return run.process === this.id ? this.#runs.has(run) : run.isOwned;
  }

  isOwned(run: FleetRun): boolean {
    const { tenant, runId } = run.head;
    return this.isHeld(run) || (run.process === this.id && this.#acquiring.has(uniqueRunName(tenant, runId)));
  }

  /** A note from the tables: something was sent to a run. */
  note(run: FleetRun): void {
    this.get(run)?.notice(run.signals, run.cancel);
  }

  /** What was appended is still written; then everything is released. */
  async close(url: string): Promise<void> {
    this.#cancelTimer?.();
    this.#isWorker = false;
    const runs = [...this.#runs.values()];
    this.#runs.clear();
    await Promise.all(runs.map((journal) => journal.close(url)));
  }

  async #renew(isPatient: boolean): Promise<void> {
    const began = this.#clock.now();
    await this.#connection.call("renew", () => this.#tables.renew(this.id, this.#isWorker), isPatient);
    if (!(began - this.#renewedAt < this.#tables.leaseMs / 2)) this.#steadySince = began;
    this.#renewedAt = began;
  }

  #arm(): void {
    this.#cancelTimer ??= this.#clock.setTimer(beatMs(this.#tables.leaseMs), () => void this.#beat());
  }

  async #beat(): Promise<void> {
    // The store is away: the next beat tries again.
    await this.#look().catch(() => {});
    this.#cancelTimer = undefined;
    const isNeeded = this.#runs.size > 0 || this.#lost.size > 0 || this.#isWorker;
    if (isNeeded && this.#connection.isOpen) this.#arm();
  }

  async #look(): Promise<void> {
    await this.#renew(false);
    const [lost, runs] = [[...this.#lost.values()], [...this.#runs.values()]];
    if (lost.length + runs.length === 0) return;
    await this.#connection.call(
      "look",
      () => {
        for (const { run, epoch } of lost) if (run.epoch === epoch && run.process === this.id) run.process = undefined;
        if (lost.length > 0) this.#tables.onChange();
      },
      false,
    );
    for (const { run } of lost) this.#lost.delete(run);
    for (const journal of runs) {
      if (journal.run.epoch === journal.epoch) this.note(journal.run);
      else journal.onOwnershipLost(journal.fenced());
    }
  }
}
