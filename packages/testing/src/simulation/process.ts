import {
  createRuntime,
  HumanTaskService,
  IceError,
  LanguageModelService,
  WorkflowExecutionService,
  WorkflowFactory,
  type AgentDefinition,
  type RegisteredBlueprint,
  type RunResult,
  type RunStore,
  type Runtime,
  type ToolDefinition,
} from "@ice/core";
import { endlessTimeSlice } from "@ice/core/internal";
import type { FakeClock } from "../runtime/fake-clock.ts";
import type { Start } from "../runtime/test-runtime.ts";
import type { Disk } from "./disk.ts";
import { createProcessClock, type ProcessClock } from "./process-clock.ts";
import type { ProcessStore } from "./process-store.ts";
import type { Checker } from "./checker.ts";
import type { Report } from "./report.ts";
import type { Crash, FaultPlan, Scenario } from "./scenario.ts";
import { checkedModels, simulatedAgents, stepTool } from "./checked-models.ts";
import { checkedTools } from "./checked-tools.ts";

/** Options that a simulation passes to the engine, a subset of those of `initializeOrchestrator`. */
export interface SimulatedOptions {
  readonly store: RunStore;
  readonly tools: readonly ToolDefinition[];
  readonly agents: readonly AgentDefinition[];
  readonly workflows: readonly RegisteredBlueprint[];
  readonly staySeconds: number | undefined;
}

/** Starts the engine of one simulated process. */
export type SimulatedStart = Start<SimulatedOptions>;

/** The id of the simulated run, which may start others. */
export const runId = "r";

export interface ProcessParts {
  readonly clock: FakeClock;
  readonly disk: Disk;
  readonly report: Report;
  readonly checkerOf: (runId: string) => Checker;
  readonly crash: Crash | undefined;
  readonly faultPlan: FaultPlan;
  readonly random: () => number;
}

/** One process with an engine, until it crashes. */
export class Process {
  readonly clock: ProcessClock;
  readonly crashed: Promise<"crashed">;
  readonly #parts: ProcessParts;
  readonly #store: ProcessStore;
  /** Separate from the engine's: a store may still be working when a run has ended. */
  readonly #storeClock: ProcessClock;
  #crash!: () => void;
  #alive = true;
  #busy = false;
  #survives = false;
  readonly #notices: (() => void)[] = [];
  /** Requests to cancel the run, each until it was answered. */
  readonly #cancels: Promise<void>[] = [];
  #runtime!: Runtime;
  /** Whether the orchestrator was closed, so that no run starts or resumes here. */
  isClosed = false;
  #close!: () => Promise<void>;
  #execute!: () => Promise<RunResult>;

  constructor(parts: ProcessParts) {
    const { clock, disk, report, checkerOf, crash, faultPlan, random } = parts;
    const { commitMs, noticeMs = 0 } = faultPlan;
    this.#parts = parts;
    this.clock = createProcessClock(clock);
    this.#storeClock = createProcessClock(clock);
    this.crashed = new Promise((resolve) => {
      this.#crash = () => {
        this.kill();
        resolve("crashed");
      };
    });
    this.#store = disk.connect({
      ...(commitMs > 0 && {
        commit: { clock: this.#storeClock, delayMs: () => Math.floor(random() * (commitMs + 1)) },
      }),
      ...(noticeMs > 0 && { notice: (deliver) => this.#notifyLater(deliver, noticeMs) }),
      fault: ({ name, nth, record, runId: of }) => {
        report.log.push(`store ${name} ${record === undefined ? "" : JSON.stringify(record)}`);
        if (record !== undefined) checkerOf(of).onAppend(record);
        return crash?.at === "call" && crash.nth === nth && !this.#survives ? crash.fault : "keep";
      },
      onCrash: () => this.#crash(),
      onLateAppend: (record) => report.violation(`appended after release: ${JSON.stringify(record)}`),
    });
  }

  async start(
    start: SimulatedStart,
    blueprint: Scenario["blueprint"],
    workflows: readonly RegisteredBlueprint[],
  ): Promise<void> {
    const { report, checkerOf, random, crash, clock, faultPlan } = this.#parts;
    this.#runtime = createRuntime();
    this.#runtime.events.on("*", (event) => {
      if (this.#alive) checkerOf(event.runId).onEvent(event);
    });
    const isAlive = (): boolean => this.#alive;
    const models = { steps: checkerOf(runId).steps, clock: this.clock, isAlive };
    this.#runtime.provide(LanguageModelService, checkedModels(models));
    const tools = [...checkedTools({ report, checkerOf, clock: this.clock, isAlive }), stepTool(models)];
    const { close } = await start({
      runtime: this.#runtime,
      clock: this.clock,
      timeSlice: endlessTimeSlice,
      random,
      store: this.#store,
      tools,
      agents: simulatedAgents,
      workflows,
      staySeconds: faultPlan.staySeconds,
    });
    this.#close = () => {
      this.isClosed = true;
      return close();
    };
    const workflow = this.#runtime.use(WorkflowFactory).create(blueprint);
    this.#execute = () => workflow.execute({}, { runId });
    if (crash?.at === "time") clock.setTimer(crash.ms, this.#crash);
    if (crash?.at === "close") clock.setTimer(crash.ms, () => this.#alive && void this.#close());
  }

  get runs(): WorkflowExecutionService {
    return this.#runtime.use(WorkflowExecutionService);
  }

  get tasks(): HumanTaskService {
    return this.#runtime.use(HumanTaskService);
  }

  /** Starts or resumes a run, and stays for those that it starts, and for its requests to cancel. `lost`: this process can no longer record it. */
  async work(id: string, isCancelled: boolean): Promise<RunResult | "lost"> {
    this.#busy = true;
    try {
      return await this.#work(id, isCancelled);
    } catch (error) {
      if (!isLoss(error)) this.#parts.report.violation(`the run ${id} threw ${String(error)}`);
      return "lost";
    } finally {
      this.#busy = false;
      await this.runs.whenDetachedEnd();
      await Promise.all(this.#cancels);
    }
  }

  async #work(id: string, isCancelled: boolean): Promise<RunResult> {
    if (!this.#parts.disk.has(id)) return this.#execute();
    if (!isCancelled) return this.runs.resume(id);
    await this.runs.cancel(id, "the test");
    // An earlier request may just have resumed it: then it ends soon.
    for (;;) {
      const result = await this.runs.show(id);
      if (result.status !== "running") return result;
      await new Promise<void>((resolve) => this.clock.setTimer(1, resolve));
    }
  }

  cancel(): void {
    if (!this.#alive || !this.#busy || !this.#parts.disk.has(runId)) return;
    // If the store fails, the next process cancels again.
    this.#cancels.push(this.runs.cancel(runId, "the test").catch(() => {}));
  }

  /** Notices arrive in the order in which they were sent. */
  #notifyLater(deliver: () => void, ms: number): void {
    this.#notices.push(deliver);
    this.#storeClock.setTimer(ms, () => this.#notices.shift()!()); // one for each
  }

  /** Disables further faults of its store. */
  survive(): void {
    this.#survives = true;
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#store.kill();
    this.clock.stop();
    this.#storeClock.stop();
  }
}

/** The store failed, or the process was closed before the run started: the next process takes over. */
const isLoss = (error: unknown): boolean =>
  IceError.is(error) && (error.code.startsWith("ICE_STORE_") || error.code === "ICE_ORCHESTRATOR_CLOSED");
