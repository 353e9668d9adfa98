import { IceError, WorkflowFactory, type RunResult, type Signal } from "@ice/core";
import { createFakeClock, seededRandom, type FakeClock, type Simulation } from "@ice/testing";
import { Outside, runId, simulationStart, sorted } from "@ice/testing/internal";
import { FleetChecker } from "./fleet-checker.ts";
import { entryFaults, FleetFaults } from "./fleet-faults.ts";
import { FleetProcesses } from "./fleet-processes.ts";
import { FleetReport } from "./fleet-report.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetScenario } from "./fleet-scenario.ts";
import { FleetTables } from "./fleet-tables.ts";
import { untilRest } from "./rest.ts";
import { TakeOverRule } from "./take-over-rule.ts";

/** The result of a simulation of a fleet. */
export interface FleetSimulation {
  readonly scenario: FleetScenario;
  /** Violated guarantees; empty if there are none. */
  readonly violations: readonly string[];
  /** Of the first run; undefined if it did not end. */
  readonly result: Simulation["result"];
  /** Records, events and calls, in order; equal for equal seeds. */
  readonly log: readonly string[];
  /** What has happened, to see that it does. */
  readonly seen: ReadonlyMap<string, number>;
  /** Whether a run or a node has failed because it had taken too many workers along. */
  readonly hasLostWorkers: boolean;
}

/** A fleet that needs more rests than this makes no progress. */
const maxRests = 200;
const maxTimers = 20_000;

/** Milliseconds after the first request to cancel the run at which it is repeated. */
const cancelsAgain = [0, 5, 30];

/** Several processes on one store, with people and faults around them, until every run has ended. */
export class FleetSimulationRun {
  readonly #scenario: FleetScenario;
  readonly #random: () => number;
  readonly #clock: FakeClock;
  readonly #report: FleetReport;
  readonly #tables: FleetTables;
  readonly #processes: FleetProcesses;
  readonly #faults: FleetFaults;
  readonly #checker: FleetChecker;
  readonly #outside: Outside;
  /** Signals to runs that have not been created. */
  readonly #early: Signal[] = [];

  /** @param prepare - changes the tables before the fleet starts. Default: nothing. */
  constructor(scenario: FleetScenario, prepare: (tables: FleetTables) => void = () => {}) {
    const { fleet, faultPlan } = scenario;
    const random = seededRandom(faultPlan.seed);
    const clock = createFakeClock(simulationStart, { random });
    const report = new FleetReport(clock);
    const tables = new FleetTables(clock, { leaseMs: fleet.leaseMs, faults: entryFaults(fleet, random, report) });
    prepare(tables);
    const takeOver = new TakeOverRule({ tables, report, clock, fleet });
    const parts = { scenario, clock, random, tables, report, takeOver };
    this.#scenario = scenario;
    this.#random = random;
    this.#clock = clock;
    this.#report = report;
    this.#tables = tables;
    this.#processes = new FleetProcesses(parts);
    this.#faults = new FleetFaults(parts, this.#processes);
    this.#checker = new FleetChecker(parts, this.#processes, this.#faults);
    this.#outside = new Outside({
      scenario,
      clock,
      disk: {
        has: (id) => this.#run(id) !== undefined,
        records: (id) => this.#run(id)?.records ?? [],
        signal: (id, signal) => this.#signal(id, signal),
      },
      report,
      random,
      process: () => this.#processes.operator,
    });
    tables.observer = this.#checker;
  }

  async live(): Promise<FleetSimulation> {
    let result: Simulation["result"];
    try {
      await this.#start();
      result = await this.#toTheEnd();
    } catch (error) {
      this.#report.violation(error instanceof Error ? `${error.message} ${this.#state()}` : String(error));
    }
    this.#processes.kill();
    const { violations, log, seen } = this.#report;
    const { hasLostWorkers } = this.#checker.owners;
    return { scenario: this.#scenario, violations, result, log, seen, hasLostWorkers };
  }

  async #start(): Promise<void> {
    await this.#processes.start(this.#checker);
    this.#outside.plan();
    this.#faults.plan();
    this.#planCancel();
    const { runtime, runs } = this.#processes.operator;
    const workflow = runtime.use(WorkflowFactory).create(this.#scenario.blueprint);
    const enqueued = workflow.enqueue({}, { runId }).catch((error: unknown) => {
      if (!IceError.is(error) || error.code !== "ICE_STORE_UNAVAILABLE") throw error;
      return runs.handOn(runId);
    });
    await this.#clock.runUntil(enqueued);
    for (const signal of this.#early) this.#tables.signal(this.#run(runId)!, signal);
  }

  #planCancel(): void {
    const { cancelMs } = this.#scenario.faultPlan;
    if (cancelMs === undefined) return;
    for (const againMs of cancelsAgain)
      this.#clock.setTimer(cancelMs + againMs, () => {
        this.#report.write("cancel");
        // If the store fails, or the run has not been created, it is not cancelled.
        void this.#processes.operator.runs.cancel(runId, "the test").catch(() => {});
      });
  }

  #signal(id: string, signal: Signal): void {
    const run = this.#run(id);
    if (run === undefined) return void this.#early.push(signal);
    if (this.#tables.signal(run, signal).recorded) this.#processes.note(run);
  }

  async #toTheEnd(): Promise<Simulation["result"]> {
    for (let rest = 0; rest < maxRests; rest += 1) {
      await this.#clock.runUntil(untilRest(this.#tables), { maxTimers });
      if (this.#open().length === 0) {
        // What is late comes now, also a detached run.
        await this.#clock.advance(this.#scenario.fleet.leaseMs * 4);
        if (this.#open().length === 0) return this.#checkEnds();
      }
      for (const run of this.#open()) await this.#act(run);
    }
    this.#report.violation(`the fleet makes no progress ${this.#state()}`);
    return undefined;
  }

  async #act(run: FleetRun): Promise<void> {
    const { runId: id } = run.head;
    const { runs } = this.#processes.operator;
    const result = await this.#clock.runUntil(runs.show(id), { maxTimers });
    const last = run.records.at(-1);
    const isPaused = last?.kind === "suspended" && last.reason !== "waiting";
    if (result.status === "suspended" && !isPaused && (result.waiting ?? []).length === 0)
      this.#report.violation(`the run ${id} is suspended for no reason`);
    if (result.status === "suspended" && run.cancel !== undefined)
      this.#report.violation(`the run ${id} is suspended, although its owner was asked to cancel it`);
    if (isPaused || this.#random() < 0.1)
      await this.#clock.runUntil(
        runs.handOn(id).catch(() => {}),
        { maxTimers },
      );
    else await this.#outside.act(id, result);
  }

  async #checkEnds(): Promise<RunResult> {
    for (const { id, report } of this.#processes.all())
      if (report.running > 0) this.#report.violation(`${report.running} tools still run in ${id} after the end`);
    const { operator } = this.#processes;
    for (const run of this.#tables.all()) {
      const { runId: id } = run.head;
      const shown = await this.#clock.runUntil(operator.runs.show(id));
      this.#checker.checkEnd(run, shown);
      const again = await this.#clock.runUntil(operator.runs.resume(id));
      if (sorted(again) !== sorted(shown)) this.#report.violation("resuming an ended run returns a different result");
    }
    await this.#outside.checkRefusal(operator);
    return this.#clock.runUntil(operator.runs.show(runId));
  }

  #open(): readonly FleetRun[] {
    return this.#tables.all().filter(({ endedAt }) => endedAt === undefined);
  }

  #run(id: string): FleetRun | undefined {
    return this.#tables.find("default", id);
  }

  #state(): string {
    return JSON.stringify({
      runs: this.#tables
        .all()
        .map((run) => ({ ...run.row, runId: run.head.runId, process: run.process, ticket: run.ticket })),
      entries: [...this.#tables.queues.entries.values()].filter(({ state }) => state !== "SUCCESS"),
      outcomes: [...this.#tables.outcomes],
    });
  }
}
