import { createRuntime, RunStore, type Clock } from "@ice/core";
import { LazyRunStore } from "@ice/core/internal";
import { initializeOrchestrator } from "@ice/orchestrator";
import { FleetProcess, type FleetProcessParts, type FleetWatch } from "./fleet-process.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetScenario } from "./fleet-scenario.ts";
import type { FleetRuleParts } from "./owner-rules.ts";
import type { TakeOverRule } from "./take-over-rule.ts";

/** What the processes of a fleet, its faults and its checker share. */
export interface FleetParts extends FleetRuleParts {
  readonly scenario: FleetScenario;
  readonly clock: Clock;
  readonly random: () => number;
  readonly takeOver: TakeOverRule;
}

/** In what the processes of a fleet differ. */
type OwnParts = Pick<FleetProcessParts, "id" | "provides" | "crash" | "latencyMs" | "patienceMs">;

/** The operator and the workers of a fleet. A worker that ends is replaced after `downtimeMs`. */
export class FleetProcesses {
  operator!: FleetProcess;
  /** By place in the fleet; undefined while no process is there. */
  readonly workers: (FleetProcess | undefined)[] = [];
  readonly #parts: FleetParts;
  /** Keeps what is not simulated. */
  readonly #others: RunStore;
  #watch!: FleetWatch;
  #started = 0;
  #isOver = false;

  constructor(parts: FleetParts) {
    const { clock } = parts;
    this.#parts = parts;
    this.#others = new LazyRunStore({ url: "memory:", durable: false }, async () => {
      const { runtime } = await initializeOrchestrator({ runtime: createRuntime(), clock });
      return runtime.use(RunStore);
    });
  }

  /** @param watch - gets what they report, as do those that replace them. */
  async start(watch: FleetWatch): Promise<void> {
    const { fleet } = this.#parts.scenario;
    this.#watch = watch;
    this.operator = this.#create({ id: "operator", provides: undefined, latencyMs: 0, patienceMs: 60_000 });
    await this.#start(this.operator);
    for (const place of fleet.workers.keys()) await this.#startWorker(place);
  }

  all(): readonly FleetProcess[] {
    return [...this.workers, this.operator].filter((process) => process !== undefined);
  }

  find(id: string | undefined): FleetProcess | undefined {
    return this.all().find((process) => process.id === id);
  }

  /** Lets the owner of a run know that something was sent to it, unless the note is lost. */
  note(run: FleetRun): void {
    const { scenario, clock, random } = this.#parts;
    const owner = this.find(run.process);
    if (owner === undefined || random() < scenario.fleet.lostNotes) return;
    clock.setTimer(scenario.faultPlan.noticeMs ?? 0, () => owner.clock.deliver(() => owner.ownership.note(run)));
  }

  /** Ends all of them; none is replaced. */
  kill(): void {
    this.#isOver = true;
    for (const process of this.all()) process.kill();
  }

  /** Workers are numbered in the order of their starts; the crash of each is that of its number. */
  async #startWorker(place: number): Promise<void> {
    const { fleet, faultPlan } = this.#parts.scenario;
    const crash = faultPlan.crashes[this.#started];
    this.#started += 1;
    const worker = this.#create({
      id: `p${this.#started}`,
      provides: fleet.workers[place],
      ...(crash && { crash }),
      latencyMs: faultPlan.commitMs,
      patienceMs: fleet.patienceMs,
    });
    // It may die while it starts.
    this.workers[place] = worker;
    await this.#start(worker);
  }

  #create(own: OwnParts): FleetProcess {
    const { scenario, clock, random, tables } = this.#parts;
    return new FleetProcess({
      ...own,
      workflows: scenario.workflows,
      clock,
      random,
      tables,
      others: this.#others,
      note: (run) => this.note(run),
      watch: this.#watch,
      onEnd: (process) => this.#onEnd(process),
    });
  }

  #start(process: FleetProcess): Promise<void> {
    const { report, takeOver } = this.#parts;
    report.write(`${process.id} starts`);
    takeOver.onStart(process);
    return process.start();
  }

  #onEnd(process: FleetProcess): void {
    const { scenario, clock, report, takeOver } = this.#parts;
    report.write(`${process.id} ends`);
    const place = this.workers.indexOf(process);
    if (place < 0 || this.#isOver) return;
    this.workers[place] = undefined;
    takeOver.onStop(process);
    clock.setTimer(scenario.faultPlan.downtimeMs, () => {
      if (!this.#isOver) void this.#startWorker(place);
    });
  }
}
