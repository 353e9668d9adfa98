import type { RunResult } from "@ice/core";
import { createFakeClock, type FakeClock } from "../runtime/fake-clock.ts";
import { seededRandom } from "../runtime/test-runtime.ts";
import { Checker } from "./checker.ts";
import { createDisk, type Disk } from "./disk.ts";
import { NodeIndex } from "./node-index.ts";
import { Outside } from "./outside.ts";
import { Process, runId, type SimulatedStart } from "./process.ts";
import { simulationStart } from "./random-wait.ts";
import { Report } from "./report.ts";
import { conversation, type Scenario } from "./scenario.ts";
import { checkStop, sorted } from "./stopped-result.ts";

/** The result of a simulation. */
export interface Simulation {
  readonly scenario: Scenario;
  /** Violated guarantees; empty if there are none. */
  readonly violations: readonly string[];
  /** Undefined if the run did not end. */
  readonly result: RunResult | undefined;
  /** Records, events and calls, in order; equal for equal seeds. */
  readonly log: readonly string[];
  /** Number of processes that owned the run, or one that it has started. */
  readonly processes: number;
}

/** A run that needs more processes and resumes than this makes no progress. */
const maxRounds = 120;

/** What was known of a run when it was suspended, and nothing else happens before it is resumed. */
interface Rest {
  readonly progress: number;
  readonly signals: number;
  readonly at: number;
}

/** Milliseconds after the first request to cancel the run at which it is repeated. */
const cancelsAgain = [0, 5, 30];

/** The processes that own a run, and those that it starts, in turn, with the people and faults around them. */
export class SimulationRun {
  readonly #scenario: Scenario;
  readonly #start: SimulatedStart;
  readonly #random: () => number;
  readonly #clock: FakeClock;
  readonly #report = new Report();
  readonly #nodes: NodeIndex;
  readonly #checkers = new Map<string, Checker>();
  readonly #disk: Disk;
  readonly #outside: Outside;
  #process: Process | undefined;
  #processes = 0;
  #cancelled = false;

  constructor(scenario: Scenario, start: SimulatedStart) {
    this.#scenario = scenario;
    this.#start = start;
    this.#random = seededRandom(scenario.faultPlan.seed);
    this.#clock = createFakeClock(simulationStart, { random: this.#random });
    this.#nodes = new NodeIndex(scenario);
    this.#disk = createDisk((id, record) => this.#checkerOf(id).onDurable(record));
    this.#outside = new Outside({
      scenario,
      clock: this.#clock,
      disk: this.#disk,
      report: this.#report,
      random: this.#random,
      process: () => this.#process,
    });
  }

  async live(): Promise<Simulation> {
    this.#outside.plan();
    this.#planCancel();
    let result: RunResult | undefined;
    try {
      result = await this.#toTheEnd(runId);
      // In the order of their creation: a run may start others.
      for (let next = this.#unended(); next !== undefined; next = this.#unended())
        if ((await this.#toTheEnd(next)) === undefined) break;
    } catch (error) {
      this.#report.violation(String(error));
    }
    const { violations, log } = this.#report;
    return { scenario: this.#scenario, violations, result, log, processes: this.#processes };
  }

  #planCancel(): void {
    const { cancelMs } = this.#scenario.faultPlan;
    if (cancelMs === undefined) return;
    for (const againMs of cancelsAgain)
      this.#clock.setTimer(cancelMs + againMs, () => {
        this.#cancelled = true;
        this.#process?.cancel();
      });
  }

  #unended(): string | undefined {
    return this.#disk.runIds().find((id) => this.#disk.records(id).at(-1)?.kind !== "ended");
  }

  #checkerOf = (id: string): Checker => {
    let checker = this.#checkers.get(id);
    if (checker !== undefined) return checker;
    const { noticeMs = 0, commitMs, failingCall } = this.#scenario.faultPlan;
    const observed = {
      nodes: this.#nodes,
      now: () => this.#clock.now(),
      signals: () => this.#disk.signals(id),
      noticeMs: Math.max(noticeMs, commitMs),
      commitMs,
      starterOf: (other: string) => this.#disk.starterOf(other),
      violation: (violation: string) => this.#report.violation(violation),
    };
    checker = new Checker(this.#report, observed, failingCall);
    this.#checkers.set(id, checker);
    return checker;
  };

  async #toTheEnd(id: string): Promise<RunResult | undefined> {
    let resting: Rest | undefined;
    for (let round = 0; round < maxRounds; round += 1) {
      const process = (this.#process ??= await this.#begin());
      const work = process.work(id, id === runId && this.#cancelled);
      const end = await this.#clock.runUntil(Promise.race([work, process.crashed]));
      if (end === "crashed" || end === "lost") {
        await this.#handleCrash(process);
        continue;
      }
      this.#checkLeft(id, process, end);
      this.#checkRest(id, resting);
      resting = undefined;
      if (end.status === "interrupted") {
        await this.#handleCrash(process);
        continue;
      }
      if (end.status === "suspended" && this.#disk.isCancelled(id))
        this.#report.violation(`the run ${id} is suspended, although its owner was asked to cancel it`);
      if (end.status !== "suspended") {
        await this.#checkEnd(id, process, end);
        return end;
      }
      if (this.#random() < 0.25) resting = this.#restOf(id);
      else await this.#outside.act(id, end);
      if (this.#random() < 0.3) await this.#handleCrash(process);
    }
    this.#report.violation(`the run ${id} makes no progress`);
    return undefined;
  }

  #restOf(id: string): Rest | undefined {
    const last = this.#disk.records(id).at(-1);
    if (last?.kind !== "suspended" || last.reason !== "waiting") return undefined;
    return { progress: this.#checkerOf(id).progress, signals: this.#disk.signals(id).length, at: last.at };
  }

  /** Nothing has happened since a run was suspended: had it something to do, it was suspended too early. */
  #checkRest(id: string, before: Rest | undefined): void {
    if (before === undefined) return;
    const progress = this.#checkerOf(id).progress - before.progress;
    const hasChanged = this.#disk.signals(id).length > before.signals || this.#clock.now() > before.at;
    if (progress > 0 && !hasChanged) this.#report.violation(`the run ${id} was suspended, although it could go on`);
  }

  async #begin(): Promise<Process> {
    const { faultPlan, blueprint, workflows } = this.#scenario;
    const crash = faultPlan.crashes[this.#processes];
    this.#processes += 1;
    this.#report.log.push(`process ${this.#processes}`);
    const process = new Process({
      clock: this.#clock,
      disk: this.#disk,
      report: this.#report,
      checkerOf: this.#checkerOf,
      crash,
      faultPlan,
      random: this.#random,
    });
    await process.start(this.#start, blueprint, workflows);
    return process;
  }

  /** A process has ended, for any reason. */
  async #handleCrash(process: Process): Promise<void> {
    process.kill();
    this.#process = undefined;
    this.#report.running = 0;
    for (const checker of this.#checkers.values()) checker.onCrash();
    await this.#clock.advance(this.#scenario.faultPlan.downtimeMs);
  }

  /** Checks that a process keeps nothing of a run that it has released, and that it had to release it. */
  #checkLeft(id: string, process: Process, { status, waiting = [] }: RunResult): void {
    const { running } = this.#report;
    if (process.clock.pending > 0)
      this.#report.violation(`${process.clock.pending} timers remain after the run is ${status}`);
    if (running > 0) this.#report.violation(`${running} tools still run after the run is ${status}`);
    const last = this.#disk.records(id).at(-1);
    if (last?.kind !== "ended" && last?.kind !== "suspended")
      this.#report.violation(`the last record is ${last?.kind}`);
    if (status === "suspended" && waiting.length === 0 && !this.#isAnswered(id))
      this.#report.violation("suspended for no reason");
    const { staySeconds = 60 } = this.#scenario.faultPlan;
    if (last?.kind === "suspended") this.#checkerOf(id).signals.checkRelease(last, staySeconds * 1000);
  }

  /** Whether a signal arrived while the process was releasing the run. */
  #isAnswered(id: string): boolean {
    return this.#disk.records(id).some(({ kind }) => kind === "waiting");
  }

  /** Usage counts what happened: all of it in a run without crashes, and always what is recorded. */
  #checkUsage({ usage: { toolCalls, llmCalls } }: RunResult): void {
    const { calls, steps, sent } = this.#checkerOf(runId);
    const made = calls + sent + steps.calls;
    if (this.#scenario.faultPlan.crashes.length === 0 && (toolCalls !== made || llmCalls < steps.requests))
      this.#report.violation(`${made} calls and ${steps.requests} requests, counted as ${toolCalls} and ${llmCalls}`);
    if (llmCalls < steps.answers)
      this.#report.violation(`${steps.answers} recorded answers, counted as ${llmCalls} requests`);
  }

  async #checkEnd(id: string, process: Process, result: RunResult): Promise<void> {
    checkStop(this.#disk.records(id), result, this.#report);
    for (const [path, { status }] of Object.entries(result.nodes))
      if (status === "waiting") this.#report.violation(`${path} is waiting after the end of the run`);
    if (id === runId) {
      this.#checkUsage(result);
      const { turns } = this.#checkerOf(runId);
      const kept = this.#disk.turns(conversation);
      if (kept.length < turns.size || new Set(kept.map(({ key }) => key)).size < kept.length)
        this.#report.violation(`${kept.length} turns of ${turns.size} agents`);
    }
    process.survive();
    const shown = await this.#clock.runUntil(process.runs.show(id));
    const [one, other] = [sorted(result), sorted(shown)];
    if (one !== other) this.#report.violation(`the result is ${one}, stored is ${other}`);
    if (process.isClosed) return;
    if (id === runId) await this.#outside.checkRefusal(process);
    const again = await this.#clock.runUntil(process.runs.resume(id));
    if (sorted(again) !== other) this.#report.violation("resuming an ended run returns a different result");
  }
}
