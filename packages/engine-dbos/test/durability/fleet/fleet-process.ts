import {
  createRuntime,
  HumanTaskService,
  LanguageModelService,
  WorkflowExecutionService,
  type Clock,
  type JournalRecord,
  type RunEvent,
  type RunJournal,
  type RunStore,
  type ToolContext,
} from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import type { Crash, Scenario } from "@ice/testing";
import {
  checkedModels,
  checkedTools,
  simulatedAgents,
  stepTool,
  type CheckedModelsOptions,
  type Report,
} from "@ice/testing/internal";
import { AwaitedOutcomes } from "../../../src/dispatch/awaited-outcomes.ts";
import { Placement } from "../../../src/dispatch/placement.ts";
import { Connection, type CallFault } from "./connection.ts";
import { dispatcherOn, type FleetDispatch } from "./fleet-dispatcher.ts";
import { FleetOwnership } from "./fleet-ownership.ts";
import type { FleetRun } from "./fleet-run.ts";
import { FleetStore } from "./fleet-store.ts";
import type { FleetTables } from "./fleet-tables.ts";
import { FleetWorker, lookMs } from "./fleet-worker.ts";
import { createStoppingClock, type StoppingClock } from "./stopping-clock.ts";

export interface FleetProcessParts {
  readonly id: string;
  /** Undefined: an operator, who takes no work. */
  readonly provides: readonly string[] | undefined;
  readonly workflows: Scenario["workflows"];
  /** Default: none. */
  readonly crash?: Crash;
  readonly clock: Clock;
  readonly random: () => number;
  readonly tables: FleetTables;
  readonly others: RunStore;
  readonly latencyMs: number;
  readonly patienceMs: number;
  /** Something was sent to a run: its owner gets to know. */
  readonly note: (run: FleetRun) => void;
  readonly watch: FleetWatch;
  readonly onEnd: (process: FleetProcess) => void;
}

/** What a process reports about itself. */
export interface FleetWatch {
  onAppend(process: FleetProcess, journal: RunJournal, record: JournalRecord): void;
  onEvent(process: FleetProcess, event: RunEvent): void;
  /** A worker has taken the ticket of a run, and opens the run next. */
  onTicket(process: FleetProcess, runId: string): void;
  /** A node calls a tool. */
  onCall(
    process: FleetProcess,
    context: ToolContext,
    tool: string,
  ): { readonly before: number; readonly fails: boolean };
  stepsOf(process: FleetProcess): CheckedModelsOptions["steps"];
  violation(violation: string): void;
}

/** One process of the fleet: an engine on the store, with simulated tools and models, until it dies. */
export class FleetProcess {
  readonly id: string;
  readonly clock: StoppingClock;
  readonly runtime = createRuntime();
  readonly ownership: FleetOwnership;
  /** An operator has one, too, and does not start it. */
  readonly worker: FleetWorker;
  readonly parts: FleetProcessParts;
  /** Of its tool calls. */
  readonly report: Pick<Report, "running" | "violation">;
  readonly crashed: Promise<"crashed">;
  isAlive = true;
  readonly #connection: Connection;
  readonly #outcomes: AwaitedOutcomes;
  readonly #store: FleetStore;
  #close!: () => Promise<void>;
  #calls = 0;
  #crash!: () => void;

  constructor(parts: FleetProcessParts) {
    const { id, provides, tables, random, others, note, watch } = parts;
    this.id = id;
    this.parts = parts;
    this.clock = createStoppingClock(parts.clock);
    this.report = { running: 0, violation: (violation) => watch.violation(violation) };
    this.crashed = new Promise((resolve) => (this.#crash = () => resolve("crashed")));
    const connection = (this.#connection = new Connection({
      ...parts,
      process: this.clock,
      awayForMs: () => tables.awayForMs,
      fault: () => this.#fault(),
      kill: () => this.kill(),
    }));
    const ownership = (this.ownership = new FleetOwnership(id, tables, connection, this.clock));
    this.#outcomes = new AwaitedOutcomes(
      async (jobs) => {
        const ids = jobs.map(({ job }) => job);
        const outcomes = await connection.call("outcomes", () => tables.outcomesOf(ids), false);
        return outcomes.map(({ job, body }) => ({ job, body, isOver: true, steps: tables.steps.get(job) ?? null }));
      },
      lookMs,
      this.clock,
    );
    const dispatch: FleetDispatch = {
      tables,
      connection,
      ownership,
      placement: new Placement(),
      outcomes: this.#outcomes,
      clock: this.clock,
    };
    this.#store = new FleetStore({
      tables,
      connection,
      ownership,
      others,
      note,
      dispatcherOf: (tenant) => dispatcherOn(dispatch, tenant),
      onAppend: (journal, record) => watch.onAppend(this, journal, record),
    });
    this.worker = new FleetWorker(dispatch, this.runtime, {
      provides,
      random,
      onTicket: (ticket) => watch.onTicket(this, ticket.runId),
      giveUp: (run) => this.#store.giveUp(run),
    });
  }

  get runs(): WorkflowExecutionService {
    return this.runtime.use(WorkflowExecutionService);
  }

  get tasks(): HumanTaskService {
    return this.runtime.use(HumanTaskService);
  }

  async start(): Promise<void> {
    const { watch, random, workflows, crash, provides, clock } = this.parts;
    const { runtime, report } = this;
    runtime.events.on("*", (event) => {
      if (this.isAlive) watch.onEvent(this, event);
    });
    const isAlive = (): boolean => this.isAlive;
    const models = { steps: watch.stepsOf(this), clock: this.clock, isAlive };
    runtime.provide(LanguageModelService, checkedModels(models));
    const checker = { onCall: (context: ToolContext, tool: string) => watch.onCall(this, context, tool) };
    const tools = checkedTools({ report, checkerOf: () => checker, clock: this.clock, isAlive });
    const { close } = await initializeOrchestrator({
      runtime,
      clock: this.clock,
      timeSlice: endlessTimeSlice,
      random,
      store: this.#store,
      tools: [...tools, stepTool(models)],
      agents: simulatedAgents,
      workflows,
    });
    this.#close = close;
    if (provides !== undefined) this.worker.start();
    if (crash?.at === "time") clock.setTimer(crash.ms, () => this.kill());
    if (crash?.at === "close") clock.setTimer(crash.ms, () => void this.#leave());
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#connection.die();
    this.worker.takeNothing();
    this.clock.stop();
    this.#crash();
    this.parts.onEnd(this);
  }

  /** Ends in an orderly way. */
  async #leave(): Promise<void> {
    if (!this.isAlive) return;
    await this.worker.drain();
    this.#outcomes.close();
    await this.#close();
    this.kill();
  }

  #fault(): CallFault {
    const { crash } = this.parts;
    this.#calls += 1;
    return crash?.at === "call" && crash.nth === this.#calls ? crash.fault : "keep";
  }
}
