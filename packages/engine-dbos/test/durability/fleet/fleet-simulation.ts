import {
  IceError,
  createRuntime,
  RunStore,
  WorkflowFactory,
  type JournalRecord,
  type RunEvent,
  type RunJournal,
  type RunResult,
  type Signal,
  type ToolContext,
} from "@ice/core";
import { LazyRunStore } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import { createFakeClock, seededRandom, type FakeClock, type Simulation } from "@ice/testing";
import { Checker, checkStop, NodeIndex, Outside, Report, runId, simulationStart, sorted } from "@ice/testing/internal";
import { waitsOnly } from "./rest.ts";
import { FleetProcess, type FleetWatch } from "./fleet-process.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetScenario } from "./fleet-scenario.ts";
import { FleetTables, type FleetObserver, type Ownership } from "./fleet-tables.ts";
import { OwnerRules } from "./owner-rules.ts";
import { PlacedRule } from "./placed-rule.ts";
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
export class FleetSimulationRun implements FleetWatch, FleetObserver {
  readonly #scenario: FleetScenario;
  readonly #random: () => number;
  readonly #clock: FakeClock;
  readonly #report = new Report();
  readonly #nodes: NodeIndex;
  readonly #tables: FleetTables;
  readonly #others: RunStore;
  readonly #outside: Outside;
  readonly #checkers = new Map<string, Checker>();
  readonly #owners: OwnerRules;
  readonly #placed: PlacedRule;
  readonly #takeOver: TakeOverRule;
  readonly #seen = new Map<string, number>();
  readonly #early: Signal[] = [];
  /** By place in the fleet. */
  readonly #workers: (FleetProcess | undefined)[] = [];
  readonly #dead = new Set<string>();
  #operator!: FleetProcess;
  #processes = 0;
  #begunJobs = 0;
  #awayUntil = 0;
  #onChange = (): void => {};
  #isOver = false;

  /** @param prepare - changes the tables before the fleet starts. Default: nothing. */
  constructor(scenario: FleetScenario, prepare: (tables: FleetTables) => void = () => {}) {
    const { fleet, faultPlan } = scenario;
    this.#scenario = scenario;
    this.#random = seededRandom(faultPlan.seed);
    const random = this.#random;
    this.#clock = createFakeClock(simulationStart, { random });
    this.#nodes = new NodeIndex(scenario);
    const isFirst = (probability: number): boolean => probability > 0 && random() < probability;
    this.#tables = new FleetTables(this.#clock, {
      leaseMs: fleet.leaseMs,
      faults: {
        lateMs: () => (isFirst(fleet.lateEntries) ? Math.floor(random() * 500) : 0),
        isLost: () => this.#count("lost ticket", isFirst(fleet.lostTickets)),
        isDoubled: () => this.#count("doubled ticket", isFirst(fleet.doubledTickets)),
      },
    });
    this.#tables.observer = this;
    prepare(this.#tables);
    this.#others = new LazyRunStore({ url: "memory:", durable: false }, async () => {
      const { runtime } = await initializeOrchestrator({ runtime: createRuntime(), clock: this.#clock });
      return runtime.use(RunStore);
    });
    const rules = {
      tables: this.#tables,
      violation: (violation: string) => this.#report.violation(violation),
      count: (what: string) => this.#count(what, true),
    };
    this.#owners = new OwnerRules(rules);
    this.#placed = new PlacedRule(rules);
    this.#takeOver = new TakeOverRule(rules, { clock: this.#clock, workers: () => this.#workers, fleet });
    this.#outside = new Outside({
      scenario,
      clock: this.#clock,
      disk: {
        has: (id) => this.#run(id) !== undefined,
        records: (id) => this.#run(id)?.records ?? [],
        signal: (id, signal) => this.#signal(id, signal),
      },
      report: this.#report,
      random,
      process: () => this.#operator,
    });
  }

  async live(): Promise<FleetSimulation> {
    let result: Simulation["result"];
    try {
      await this.#start();
      result = await this.#toTheEnd();
    } catch (error) {
      this.#report.violation(error instanceof Error ? `${error.message} ${this.#state()}` : String(error));
    }
    this.#isOver = true;
    for (const process of [...this.#workers, this.#operator]) process?.kill();
    const { violations, log } = this.#report;
    const { hasLostWorkers } = this.#owners;
    return { scenario: this.#scenario, violations, result, log, seen: this.#seen, hasLostWorkers };
  }

  async #start(): Promise<void> {
    const { fleet, blueprint } = this.#scenario;
    this.#operator = await this.#boot("operator", undefined);
    for (const place of fleet.workers.keys()) await this.#bootWorker(place);
    this.#outside.plan();
    this.#planFaults();
    const workflow = this.#operator.runtime.use(WorkflowFactory).create(blueprint);
    const enqueued = workflow.enqueue({}, { runId }).catch((error: unknown) => {
      if (!IceError.is(error) || error.code !== "ICE_STORE_UNAVAILABLE") throw error;
      return this.#operator.runs.handOn(runId);
    });
    await this.#clock.runUntil(enqueued);
    for (const signal of this.#early) this.#tables.signal(this.#run(runId)!, signal);
  }

  #planFaults(): void {
    const { fleet, faultPlan } = this.#scenario;
    for (const { worker, atMs, forMs } of fleet.stands)
      this.#clock.setTimer(atMs, () => this.#stand(this.#workers[worker], forMs));
    for (const { atMs, forMs } of fleet.outages)
      this.#clock.setTimer(atMs, () => {
        this.#log(`the store is away for ${forMs}`);
        this.#awayUntil = Math.max(this.#awayUntil, this.#clock.now() + forMs);
        this.#takeOver.onOutage(this.#awayUntil);
      });
    if (faultPlan.cancelMs === undefined) return;
    for (const againMs of cancelsAgain)
      this.#clock.setTimer(faultPlan.cancelMs + againMs, () => {
        this.#log("cancel");
        // If the store fails, or the run has not been created, it is not cancelled.
        void this.#operator.runs.cancel(runId, "the test").catch(() => {});
      });
  }

  #stand(process: FleetProcess | undefined, forMs: number): void {
    if (process === undefined || !process.isAlive || process.clock.isStanding) return;
    this.#log(`${process.id} stands still for ${forMs}`);
    this.#takeOver.onStop(process);
    process.clock.stand();
    this.#clock.setTimer(forMs, () => {
      this.#log(`${process.id} goes on`);
      process.clock.goOn();
      this.#takeOver.onGoOn(process);
    });
  }

  async #bootWorker(place: number): Promise<void> {
    this.#processes += 1;
    await this.#boot(`p${this.#processes}`, place);
  }

  async #boot(id: string, place: number | undefined): Promise<FleetProcess> {
    const { fleet, faultPlan } = this.#scenario;
    const process = new FleetProcess({
      id,
      provides: place === undefined ? undefined : fleet.workers[place],
      scenario: this.#scenario,
      clock: this.#clock,
      random: this.#random,
      tables: this.#tables,
      others: this.#others,
      latencyMs: place === undefined ? 0 : faultPlan.commitMs,
      patienceMs: place === undefined ? 60_000 : fleet.patienceMs,
      awayForMs: () => Math.max(0, this.#awayUntil - this.#clock.now()),
      number: place === undefined ? undefined : this.#processes,
      note: (run) => this.#note(run),
      watch: this,
    });
    this.#log(`${id} starts`);
    // It may die while it starts.
    if (place !== undefined) this.#workers[place] = process;
    this.#takeOver.onStart(process);
    await process.start();
    return process;
  }

  #note(run: FleetRun): void {
    const { noticeMs = 0 } = this.#scenario.faultPlan;
    const process = [...this.#workers, this.#operator].find((one) => one?.id === run.process);
    if (process === undefined || this.#random() < this.#scenario.fleet.lostNotes) return;
    this.#clock.setTimer(noticeMs, () => process.clock.deliver(() => process.ownership.note(run)));
  }

  #signal(id: string, signal: Signal): void {
    const run = this.#run(id);
    if (run === undefined) return void this.#early.push(signal);
    if (this.#tables.signal(run, signal).recorded) this.#note(run);
  }

  async #toTheEnd(): Promise<Simulation["result"]> {
    for (let rest = 0; rest < maxRests; rest += 1) {
      await this.#clock.runUntil(this.#untilRest(), { maxTimers });
      const open = this.#tables.all().filter(({ endedAt }) => endedAt === undefined);
      if (open.length === 0) return this.#checkEnds();
      for (const run of open) await this.#act(run);
    }
    this.#report.violation(`the fleet makes no progress ${this.#state()}`);
    return undefined;
  }

  /** Resolves when every run has ended, or waits for something that does not happen by itself. */
  #untilRest(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.#tables.all().every((run) => waitsOnly(this.#tables, run))) return;
        this.#onChange = () => {};
        resolve();
      };
      this.#onChange = look;
      look();
    });
  }

  async #act(run: FleetRun): Promise<void> {
    const { runId: id } = run.head;
    const result = await this.#clock.runUntil(this.#operator.runs.show(id), { maxTimers });
    const last = run.records.at(-1);
    const isPaused = last?.kind === "suspended" && last.reason !== "waiting";
    if (result.status === "suspended" && !isPaused && (result.waiting ?? []).length === 0)
      this.#report.violation(`the run ${id} is suspended for no reason`);
    if (isPaused || this.#random() < 0.1)
      await this.#clock.runUntil(
        this.#operator.runs.handOn(id).catch(() => {}),
        { maxTimers },
      );
    else await this.#outside.act(id, result);
  }

  async #checkEnds(): Promise<RunResult> {
    // What is late comes now.
    await this.#clock.advance(this.#scenario.fleet.leaseMs * 4);
    for (const process of [...this.#workers, this.#operator])
      if (process !== undefined && process.running > 0)
        this.#report.violation(`${process.running} tools still run in ${process.id} after the end`);
    for (const run of this.#tables.all()) {
      const shown = await this.#clock.runUntil(this.#operator.runs.show(run.head.runId));
      checkStop(run.records, shown, this.#report);
      this.#owners.checkEnd(run, shown);
      for (const [path, { status }] of Object.entries(shown.nodes))
        if (status === "waiting") this.#report.violation(`${path} is waiting after the end of the run`);
      const again = await this.#clock.runUntil(this.#operator.runs.resume(run.head.runId));
      if (sorted(again) !== sorted(shown)) this.#report.violation("resuming an ended run returns a different result");
    }
    await this.#outside.checkRefusal(this.#operator);
    return this.#clock.runUntil(this.#operator.runs.show(runId));
  }

  // What processes report.

  onAppend(process: FleetProcess, { runId: id, epoch }: RunJournal, record: JournalRecord): void {
    if (this.#isOwner(process, id, epoch)) this.#checkerOf(id).onAppend(record);
  }

  onEvent(process: FleetProcess, event: RunEvent): void {
    // An attempt for another process is a run of its own, with numbers of a first owner.
    const epoch = Math.floor(event.seq / 2 ** 32) + 1;
    const isPlaced =
      event.path !== undefined && process.executes(event.runId, event.path, event.attempt ?? 1) !== undefined;
    if (!isPlaced && this.#isOwner(process, event.runId, epoch)) this.#checkerOf(event.runId).onEvent(event);
  }

  onCall(process: FleetProcess, context: ToolContext, tool: string): ReturnType<Checker["onCall"]> {
    const { runId: id, path, attempt } = context;
    this.#log(`call in ${process.id}`);
    const checker = this.#checkerOf(id);
    const job = process.executes(id, path, attempt);
    if (job !== undefined) {
      this.#count("placed call", true);
      this.#disturb(process);
      return checker.onRemoteCall(context, tool, !this.#tables.outcomes.has(job.slice(0, job.indexOf(" "))));
    }
    const run = this.#run(id)!;
    if (run.process === process.id) return checker.onCall(context, tool);
    this.#owners.onLateCall(process, run, path);
    return checker.onRemoteCall(context, tool, false);
  }

  /** Lets a worker that has begun with a job die, or stand still. */
  #disturb(process: FleetProcess): void {
    const { stillJobs, deadlyJobs } = this.#scenario.fleet;
    this.#begunJobs += 1;
    if (this.#begunJobs <= deadlyJobs) this.#clock.setTimer(0, () => process.kill());
    else if (this.#begunJobs - deadlyJobs <= stillJobs)
      this.#clock.setTimer(0, () => this.#stand(process, this.#longerThanLease()));
  }

  #longerThanLease(): number {
    return this.#scenario.fleet.leaseMs + Math.floor(this.#random() * 5000);
  }

  stepsOf(process: FleetProcess): ReturnType<FleetWatch["stepsOf"]> {
    const isOwner = (): boolean => this.#run(runId)?.process === process.id;
    const { steps } = this.#checkerOf(runId);
    return {
      reportViolation: (violation) => steps.reportViolation(violation),
      onRequest: (request, content) => (isOwner() ? steps.onRequest(request, content) : { number: -1, isFirst: false }),
      onCall: (context) => (isOwner() ? steps.onCall(context) : () => {}),
    };
  }

  onEnd(process: FleetProcess): void {
    this.#log(`${process.id} ends`);
    this.#dead.add(process.id);
    const place = this.#workers.indexOf(process);
    if (place < 0 || this.#isOver) return;
    this.#workers[place] = undefined;
    this.#takeOver.onStop(process);
    this.#clock.setTimer(this.#scenario.faultPlan.downtimeMs, () => {
      if (!this.#isOver) void this.#bootWorker(place);
    });
  }

  violation(violation: string): void {
    this.#report.violation(violation);
  }

  // What happens in the tables.

  onOpened(run: FleetRun, before: string | undefined): void {
    const { runId: id } = run.head;
    this.#log(`${run.process} opens ${id} in epoch ${run.epoch}`);
    if (run.epoch > 1) this.#checkerOf(id).onCrash();
    const isLost = before !== undefined && this.#dead.has(before);
    this.#owners.onOpened(run, isLost ? before : undefined);
    const process = this.#workers.find((one) => one?.id === run.process);
    const { deadlyOwners, stillOwners } = this.#scenario.fleet;
    if (process === undefined || id !== runId) return;
    if (run.epoch <= deadlyOwners) this.#clock.setTimer(1, () => process.kill());
    else if (run.epoch - deadlyOwners <= stillOwners)
      this.#clock.setTimer(Math.floor(this.#random() * 40), () => this.#stand(process, this.#longerThanLease()));
  }

  onDurable(run: FleetRun, by: Ownership, record: JournalRecord): void {
    this.#owners.onDurable(run, by, record);
    this.#placed.onDurable(run, record);
    this.#checkerOf(run.head.runId).onDurable(record);
  }

  onOutcome(job: string, body: string): void {
    this.#placed.onOutcome(job, body);
  }

  onPlaced(id: string, argument: unknown): void {
    this.#placed.onPlaced(id, argument);
  }

  onChange(): void {
    this.#onChange();
  }

  #isOwner({ id }: FleetProcess, of: string, epoch: number): boolean {
    const run = this.#run(of);
    return run !== undefined && run.process === id && run.epoch === epoch;
  }

  #run(id: string): FleetRun | undefined {
    return this.#tables.find("default", id);
  }

  #checkerOf(id: string): Checker {
    const known = this.#checkers.get(id);
    if (known !== undefined) return known;
    const { fleet, faultPlan } = this.#scenario;
    const sum = (list: readonly { readonly forMs: number }[]): number => list.reduce((ms, { forMs }) => ms + forMs, 0);
    // A signal that no note announces is found at the next beat, unless the process stands still or the store is away.
    const lateMs =
      1100 + faultPlan.commitMs * 3 + (faultPlan.noticeMs ?? 0) + sum(fleet.stands) + sum(fleet.outages) * 2;
    const checker = new Checker(
      this.#report,
      {
        nodes: this.#nodes,
        now: () => this.#clock.now(),
        signals: () => this.#run(id)?.signals ?? [],
        noticeMs: lateMs,
        commitMs: lateMs,
        starterOf: (other) => this.#run(other)?.head.startedBy,
        violation: (violation) => this.#report.violation(violation),
      },
      faultPlan.failingCall,
    );
    this.#checkers.set(id, checker);
    return checker;
  }

  #count(what: string, happens: boolean): boolean {
    if (happens) this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
    return happens;
  }

  #log(line: string): void {
    this.#report.log.push(`${this.#clock.now() - simulationStart} ${line}`);
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
