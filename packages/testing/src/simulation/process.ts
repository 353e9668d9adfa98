import {
  createRuntime,
  HumanTaskService,
  IceError,
  WorkflowExecutionService,
  WorkflowFactory,
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
import { createMortalClock, type MortalClock } from "./mortal-clock.ts";
import type { ProcessStore } from "./process-store.ts";
import type { Death, Scenario } from "./scenario.ts";
import type { Witness } from "./witness.ts";
import { witnessedTools } from "./witnessed-tools.ts";

/** What an engine is started with in a simulation; `initializeOrchestrator` takes it. */
export interface SimulatedOptions {
  readonly store: RunStore;
  readonly tools: readonly ToolDefinition[];
  readonly workflows: readonly RegisteredBlueprint[];
}

/** Starts the engine of one simulated process. */
export type SimulatedStart = Start<SimulatedOptions>;

/** The id of the run that is simulated. */
export const runId = "r";

export interface ProcessParts {
  readonly clock: FakeClock;
  readonly disk: Disk;
  readonly witness: Witness;
  readonly death: Death | undefined;
  readonly commitMs: number;
  readonly random: () => number;
}

/** One process with an engine, until it dies. */
export class Process {
  readonly clock: MortalClock;
  readonly died: Promise<"died">;
  readonly #parts: ProcessParts;
  readonly #store: ProcessStore;
  /** Apart from the engine's: a store may still be at work when a run has ended. */
  readonly #storeClock: MortalClock;
  #die!: () => void;
  #alive = true;
  #busy = false;
  #survives = false;
  #runtime!: Runtime;
  /** Whether the orchestrator was closed: no run starts or resumes here any more. */
  isClosed = false;
  #close!: () => Promise<void>;
  #execute!: () => Promise<RunResult>;

  constructor(parts: ProcessParts) {
    const { clock, disk, witness, death, commitMs, random } = parts;
    this.#parts = parts;
    this.clock = createMortalClock(clock);
    this.#storeClock = createMortalClock(clock);
    this.died = new Promise((resolve) => {
      this.#die = () => {
        this.kill();
        resolve("died");
      };
    });
    this.#store = disk.connect({
      ...(commitMs > 0 && {
        commit: { clock: this.#storeClock, delayMs: () => Math.floor(random() * (commitMs + 1)) },
      }),
      fate: ({ name, nth, record }) => {
        witness.log.push(`store ${name} ${record === undefined ? "" : JSON.stringify(record)}`);
        if (record !== undefined) witness.onAppend(record);
        return death?.at === "call" && death.nth === nth && !this.#survives ? death.fate : "keep";
      },
      onDeath: () => this.#die(),
      onStray: (record) => witness.reportViolation(`appended after leaving: ${JSON.stringify(record)}`),
    });
  }

  async start(
    start: SimulatedStart,
    blueprint: Scenario["blueprint"],
    workflows: readonly RegisteredBlueprint[],
  ): Promise<void> {
    const { witness, random, death, clock } = this.#parts;
    this.#runtime = createRuntime();
    this.#runtime.events.on("*", (event) => {
      if (this.#alive) witness.onEvent(event);
    });
    const tools = witnessedTools(witness, this.clock, () => this.#alive);
    const { close } = await start({
      runtime: this.#runtime,
      clock: this.clock,
      timeSlice: endlessTimeSlice,
      random,
      store: this.#store,
      tools,
      workflows,
    });
    this.#close = () => {
      this.isClosed = true;
      return close();
    };
    const workflow = this.#runtime.use(WorkflowFactory).create(blueprint);
    this.#execute = () => workflow.execute({}, { runId });
    if (death?.at === "time") clock.setTimer(death.ms, this.#die);
    if (death?.at === "close") clock.setTimer(death.ms, () => this.#alive && void this.#close());
  }

  get runs(): WorkflowExecutionService {
    return this.#runtime.use(WorkflowExecutionService);
  }

  get tasks(): HumanTaskService {
    return this.#runtime.use(HumanTaskService);
  }

  /** Starts or continues the run. `lost`: it cannot be recorded by this process any more. */
  async work(cancelled: boolean): Promise<RunResult | "lost"> {
    const { disk, witness } = this.#parts;
    this.#busy = true;
    try {
      const exists = disk.has(runId);
      if (exists && cancelled) {
        await this.runs.cancel(runId, "the test");
        return await this.runs.show(runId);
      }
      return await (exists ? this.runs.resume(runId) : this.#execute());
    } catch (error) {
      if (!isLoss(error)) witness.reportViolation(`the run threw ${String(error)}`);
      return "lost";
    } finally {
      this.#busy = false;
    }
  }

  cancel(): void {
    if (!this.#alive || !this.#busy || !this.#parts.disk.has(runId)) return;
    this.runs.cancel(runId, "the test").catch(() => {}); // the store may fail; the next process cancels again
  }

  /** No harm comes to its store any more. */
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

/** The store failed, or the process was closed before it began: the next one takes the run over. */
const isLoss = (error: unknown): boolean =>
  IceError.is(error) && (error.code.startsWith("ICE_STORE_") || error.code === "ICE_ORCHESTRATOR_CLOSED");
