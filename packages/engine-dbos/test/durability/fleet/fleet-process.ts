import {
  createRuntime,
  HumanTaskService,
  LanguageModelService,
  RunHost,
  WorkflowExecutionService,
  type Clock,
  type PlacedJob,
  type RunEvent,
  type RunJournal,
  type JournalRecord,
  type Runtime,
  type RunStore,
  type ToolContext,
} from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import type { Scenario } from "@ice/testing";
import {
  checkedModels,
  checkedTools,
  simulatedAgents,
  stepTool,
  type CheckedModelsOptions,
} from "@ice/testing/internal";
import { AwaitedOutcomes } from "../../../src/dispatch/awaited-outcomes.ts";
import { left } from "../../../src/dispatch/job-outcome.ts";
import { Placement } from "../../../src/dispatch/placement.ts";
import { runsQueue } from "../../../src/dispatch/ticket.ts";
import { queuesOf } from "../../../src/worker/provided-queues.ts";
import { RunningJobs } from "../../../src/worker/running-jobs.ts";
import { TakenWork, type TakenJob, type Ticket } from "../../../src/worker/taken-work.ts";
import { Claims } from "./claims.ts";
import { Connection, type CallFault } from "./connection.ts";
import { dispatcherOn } from "./fleet-dispatcher.ts";
import { FleetOwnership } from "./fleet-ownership.ts";
import type { FleetRun } from "./fleet-run.ts";
import { FleetStore } from "./fleet-store.ts";
import type { FleetTables } from "./fleet-tables.ts";
import { reap, sweep, takeBack } from "./reaping.ts";
import { createStoppingClock, type StoppingClock } from "./stopping-clock.ts";

/** How often dead owners are looked for, and runs that no process goes on with, in milliseconds. */
const [reapMs, sweepMs] = [1000, 30_000];
/** How often is looked for what was written about jobs, in milliseconds. */
const lookMs = 100;
/** How long a process that is stopped waits for its nodes, in milliseconds. */
const drainMs = 100;
/** Runs, and nodes of other runs, that a worker executes at a time. */
const [slots, jobs] = [4, 4];

/** A job as it stands in a queue of the fleet. */
interface Job extends PlacedJob, TakenJob {}

export interface FleetProcessParts {
  readonly id: string;
  /** Undefined: an operator, who takes no work. */
  readonly provides: readonly string[] | undefined;
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tables: FleetTables;
  readonly others: RunStore;
  readonly latencyMs: number;
  readonly patienceMs: number;
  readonly awayForMs: () => number;
  /** Which worker of the fleet it is, from 1, in the order of their starts: its crash is that of this number. */
  readonly number: number | undefined;
  readonly note: (run: FleetRun) => void;
  readonly watch: FleetWatch;
}

/** What a process reports about itself. */
export interface FleetWatch {
  onAppend(process: FleetProcess, journal: RunJournal, record: JournalRecord): void;
  onEvent(process: FleetProcess, event: RunEvent): void;
  /** A node calls a tool. */
  onCall(
    process: FleetProcess,
    context: ToolContext,
    tool: string,
  ): { readonly before: number; readonly fails: boolean };
  stepsOf(process: FleetProcess): CheckedModelsOptions["steps"];
  onEnd(process: FleetProcess): void;
  violation(violation: string): void;
}

/** One process of the fleet: the engine, and what a worker does with what it takes; until it dies. */
export class FleetProcess {
  readonly id: string;
  readonly clock: StoppingClock;
  readonly ownership: FleetOwnership;
  readonly parts: FleetProcessParts;
  readonly crashed: Promise<"crashed">;
  /** Tool calls that have not returned. */
  running = 0;
  isAlive = true;
  runtime!: Runtime;
  readonly #connection: Connection;
  readonly #runningJobs: RunningJobs;
  readonly #placed = new Set<string>();
  readonly #placement = new Placement();
  readonly #outcomes: AwaitedOutcomes;
  readonly #store: FleetStore;
  #work!: TakenWork<Job>;
  #claims!: Claims;
  #close!: () => Promise<void>;
  #calls = 0;
  #crash!: () => void;
  #isStopping = false;
  #untilSweep: number;

  constructor(parts: FleetProcessParts) {
    const { id, clock, tables, random, others, note } = parts;
    this.id = id;
    this.parts = parts;
    this.clock = createStoppingClock(clock);
    this.#untilSweep = sweepMs * random();
    this.crashed = new Promise((resolve) => (this.#crash = () => resolve("crashed")));
    const connection = (this.#connection = new Connection({
      ...parts,
      process: this.clock,
      fault: () => this.#fault(),
      kill: () => this.kill(),
    }));
    const ownership = (this.ownership = new FleetOwnership(id, tables, connection, this.clock));
    const found = (ids: readonly string[]) =>
      connection.call("outcomes", () => ids.flatMap((job) => ({ job, body: tables.outcomes.get(job) ?? "" })), false);
    this.#outcomes = new AwaitedOutcomes(
      async (jobs) =>
        (await found(jobs.map(({ job }) => job)))
          .filter(({ body }) => body !== "")
          .map((outcome) => ({ ...outcome, isOver: true, steps: tables.steps.get(outcome.job) ?? null })),
      lookMs,
      this.clock,
    );
    this.#runningJobs = new RunningJobs(
      async (ids) => (await found(ids)).flatMap(({ job, body }) => (body === "" ? [] : job)),
      lookMs,
      this.clock,
    );
    const dispatch = {
      tables,
      connection,
      ownership,
      placement: this.#placement,
      outcomes: this.#outcomes,
      timers: this.clock,
    };
    this.#store = new FleetStore({
      tables,
      connection,
      ownership,
      others,
      note,
      dispatcherOf: (tenant) => dispatcherOn(dispatch, tenant),
      onAppend: (journal, record) => parts.watch.onAppend(this, journal, record),
    });
  }

  get runs(): WorkflowExecutionService {
    return this.runtime.use(WorkflowExecutionService);
  }

  get tasks(): HumanTaskService {
    return this.runtime.use(HumanTaskService);
  }

  async start(): Promise<void> {
    const { watch, random, scenario, provides, clock } = this.parts;
    const crash = this.#crashPlan;
    this.runtime = createRuntime();
    this.runtime.events.on("*", (event) => {
      if (this.isAlive) watch.onEvent(this, event);
    });
    const isAlive = (): boolean => this.isAlive;
    const models = { steps: watch.stepsOf(this), clock: this.clock, isAlive };
    this.runtime.provide(LanguageModelService, checkedModels(models));
    const tools = checkedTools({
      report: reportOf(this),
      checkerOf: () => ({ onCall: (context, tool) => watch.onCall(this, context, tool) }),
      clock: this.clock,
      isAlive,
    });
    const { close } = await initializeOrchestrator({
      runtime: this.runtime,
      clock: this.clock,
      timeSlice: endlessTimeSlice,
      random,
      store: this.#store,
      tools: [...tools, stepTool(models)],
      agents: simulatedAgents,
      workflows: scenario.workflows,
    });
    this.#close = close;
    if (provides !== undefined) this.#serve(provides);
    if (crash?.at === "time") clock.setTimer(crash.ms, () => this.kill());
    if (crash?.at === "close") clock.setTimer(crash.ms, () => void this.#drain());
  }

  /** Whether this process executes an attempt for the owner of the run. */
  executes(runId: string, path: string, attempt: number): string | undefined {
    return [...this.#placed].find((job) => job.endsWith(`:${runId}:${path}:${attempt}`));
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#connection.die();
    this.#claims?.stop();
    this.clock.stop();
    this.#crash();
    this.parts.watch.onEnd(this);
  }

  #serve(provides: readonly string[]): void {
    const { tables, random } = this.parts;
    const connection = this.#connection;
    const { queues } = tables;
    this.#work = new TakenWork(
      this.runtime,
      this.#runningJobs,
      {
        handOn: ({ tenant, runId }, delayMs) => this.#store.forTenant(tenant).dispatcher!.handOn(runId, { delayMs }),
        continueLater: ({ tenant, runId }) =>
          connection.call("continueLater", () => {
            const run = tables.require(tenant, runId);
            tables.continueLater(run, this.ownership.isOwned(run));
          }),
        readJob: (job) => Promise.resolve(job),
        putStep: (step) => connection.call("putStep", () => tables.putStep(step)),
        putOutcome: (outcome) => connection.call("putOutcome", () => tables.putOutcome(outcome)),
        giveBack: (id) => connection.call("giveBack", () => queues.giveBack([id])),
      },
      this.clock,
    );
    this.#placement.provide(provides, () => false);
    this.#claims = new Claims({
      queues,
      connection,
      random,
      clock: this.clock,
      id: this.id,
      most: new Map([[runsQueue, slots], ...queuesOf(provides).map((queue) => [queue, jobs] as const)]),
      execute: (entry) =>
        entry.queue === runsQueue
          ? this.#work.ticket(entry.id, entry.argument as Ticket, runsQueue)
          : this.#executeJob(entry.id, entry.argument as Job),
    });
    const serve = async (): Promise<void> => {
      await this.ownership.serve();
      this.#claims.start();
      this.#reapLater();
    };
    const tryToServe = (): void => void serve().catch(() => this.clock.setTimer(1000, tryToServe));
    tryToServe();
  }

  async #executeJob(id: string, job: Job): Promise<void> {
    const name = `${id} :${job.runId}:${job.path}:${job.attempt}`;
    this.#placed.add(name);
    await this.#work.job(id, job);
    this.#placed.delete(name);
  }

  #reapLater(): void {
    this.clock.setTimer(reapMs, () => {
      if (this.#isStopping) return;
      void this.#reap()
        .catch(() => {}) // the store is away: the next look tries again
        .finally(() => this.#reapLater());
    });
  }

  async #reap(): Promise<void> {
    const { tables, random } = this.parts;
    if (!this.ownership.isSteady) return;
    await this.#connection.call("reap", () => reap(tables, this.id), false);
    this.#untilSweep -= reapMs;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = sweepMs * (0.75 + random() / 2);
    const taken = await this.#connection.call("takenBy", () => tables.queues.takenBy(this.id), false);
    await this.#work.giveBackStranded(taken);
    await this.#connection.call("sweep", () => sweep(tables), false);
  }

  /** As `PostgresWorker.drain`. */
  async #drain(): Promise<void> {
    if (!this.isAlive) return;
    const { tables } = this.parts;
    this.#isStopping = true;
    this.#work.drain();
    this.#claims.stop();
    await Promise.all([this.runtime.use(RunHost).drain(drainMs), this.#runningJobs.whenEnded(drainMs)]);
    await this.#connection.call("takeBack", () => takeBack(tables, this.id, left)).catch(() => {});
    this.ownership.retire();
    this.#outcomes.close();
    await this.#close();
    this.kill();
  }

  get #crashPlan() {
    const { number = 0, scenario } = this.parts;
    return scenario.faultPlan.crashes[number - 1];
  }

  #fault(): CallFault {
    const crash = this.#crashPlan;
    this.#calls += 1;
    return crash?.at === "call" && crash.nth === this.#calls ? crash.fault : "keep";
  }
}

const reportOf = (process: FleetProcess) => ({
  get running() {
    return process.running;
  },
  set running(count: number) {
    process.running = count;
  },
  violation: (violation: string) => process.parts.watch.violation(violation),
});
