import { IceError, type JsonObject, type RunResult } from "@ice/core";
import { createFakeClock, type FakeClock } from "../runtime/fake-clock.ts";
import { seededRandom } from "../runtime/test-runtime.ts";
import { createDisk, type Disk } from "./disk.ts";
import { indexNodes } from "./node-index.ts";
import { Process, runId, type SimulatedStart } from "./process.ts";
import { conversation, type Person, type Scenario } from "./scenario.ts";
import { Checker } from "./checker.ts";

/** The result of a simulation. */
export interface Simulation {
  readonly scenario: Scenario;
  /** Violated guarantees; empty if there are none. */
  readonly violations: readonly string[];
  /** Undefined if the run did not end. */
  readonly result: RunResult | undefined;
  /** Records, events and calls, in order; equal for equal seeds. */
  readonly log: readonly string[];
  /** Number of processes that owned the run. */
  readonly processes: number;
}

/** A run that needs more processes and resumes than this makes no progress. */
const maxRounds = 80;

/** The processes that own one run in turn, with the people and faults around them. */
export class SimulationRun {
  readonly #scenario: Scenario;
  readonly #start: SimulatedStart;
  readonly #random: () => number;
  readonly #clock: FakeClock;
  readonly #checker: Checker;
  readonly #disk: Disk;
  #process: Process | undefined;
  #processes = 0;
  #cancelled = false;

  constructor(scenario: Scenario, start: SimulatedStart) {
    this.#scenario = scenario;
    this.#start = start;
    this.#random = seededRandom(scenario.faultPlan.seed);
    this.#clock = createFakeClock(Date.UTC(2026, 0, 1), { random: this.#random });
    this.#checker = new Checker(indexNodes(scenario), scenario.faultPlan.failingCall);
    this.#disk = createDisk((_, record) => this.#checker.onDurable(record));
  }

  async live(): Promise<Simulation> {
    this.#plan();
    let result: RunResult | undefined;
    try {
      result = await this.#toTheEnd();
    } catch (error) {
      this.#checker.reportViolation(String(error));
    }
    const { violations, log } = this.#checker;
    return { scenario: this.#scenario, violations, result, log, processes: this.#processes };
  }

  /** Sets the timers of answers and of the cancellation. */
  #plan(): void {
    const { people, faultPlan } = this.#scenario;
    for (const [id, person] of Object.entries(people)) {
      if (person.when === "early") for (const path of person.paths ?? [id]) this.#say(path, person, 1);
      if (person.when === "during") this.#clock.setTimer(person.atMs, () => this.#answer(id, person));
    }
    if (faultPlan.cancelMs !== undefined)
      this.#clock.setTimer(faultPlan.cancelMs, () => {
        this.#cancelled = true;
        this.#process?.cancel();
      });
  }

  async #toTheEnd(): Promise<RunResult | undefined> {
    for (let round = 0; round < maxRounds; round += 1) {
      const process = (this.#process ??= await this.#begin());
      const end = await this.#clock.runUntil(Promise.race([process.work(this.#cancelled), process.crashed]));
      if (end === "crashed" || end === "lost") {
        await this.#handleCrash(process);
        continue;
      }
      this.#checkLeft(process, end);
      if (end.status === "interrupted") {
        await this.#handleCrash(process);
        continue;
      }
      if (end.status !== "suspended") {
        await this.#checkEnd(process, end);
        return end;
      }
      await this.#outside(end);
      if (this.#random() < 0.3) await this.#handleCrash(process);
    }
    this.#checker.reportViolation("the run makes no progress");
    return undefined;
  }

  async #begin(): Promise<Process> {
    const { faultPlan, blueprint, workflows } = this.#scenario;
    const crash = faultPlan.crashes[this.#processes];
    this.#processes += 1;
    this.#checker.log.push(`process ${this.#processes}`);
    const process = new Process({
      clock: this.#clock,
      disk: this.#disk,
      checker: this.#checker,
      crash,
      commitMs: faultPlan.commitMs,
      random: this.#random,
    });
    await process.start(this.#start, blueprint, workflows);
    return process;
  }

  /** A process has ended, for any reason. */
  async #handleCrash(process: Process): Promise<void> {
    process.kill();
    this.#process = undefined;
    this.#checker.running = 0;
    this.#checker.steps.onCrash();
    await this.#clock.advance(this.#scenario.faultPlan.downtimeMs);
  }

  /** While no process owns the run: people answer, or time passes. */
  async #outside({ waiting = [] }: RunResult): Promise<void> {
    const asked = waiting.filter(({ kind }) => kind === "human");
    const willing = asked.filter(({ path }) => this.#personAt(path).when !== "never");
    if (willing.length > 0) {
      const some = willing.filter(() => this.#random() < 0.6);
      for (const { path } of some.length > 0 ? some : willing) await this.#answerAt(path);
      return;
    }
    const deadlines = asked.flatMap(({ expiresAt }) => (typeof expiresAt === "number" ? [expiresAt] : []));
    if (deadlines.length > 0) await this.#clock.advance(Math.max(0, Math.min(...deadlines) - this.#clock.now()));
  }

  #personAt(path: string): Person {
    const id = path.slice(path.lastIndexOf(".") + 1);
    const { people } = this.#scenario;
    if (!Object.hasOwn(people, id)) throw new Error(`the scenario says nothing about "${id}": add it to \`people\``);
    return people[id]!;
  }

  /** Answers all open requests of a node. */
  #answer(id: string, person: Person): void {
    const open = new Map<string, number>();
    for (const record of this.#disk.records(runId))
      if (record.kind === "waiting" && record.path.split(".").at(-1) === id) open.set(record.path, record.request);
    for (const [path, request] of open) this.#say(path, person, request);
  }

  #say(path: string, { answer }: Person, request: number): void {
    const value = answer as unknown as JsonObject;
    this.#disk.signal(runId, { id: `${path}#${request}`, path, value, by: "boss", at: this.#clock.now() });
  }

  async #answerAt(path: string): Promise<void> {
    const process = this.#process!;
    const respond = process.tasks.respond(runId, path, this.#personAt(path).answer, { by: "boss" });
    const end = await this.#clock.runUntil(Promise.race([respond.catch((error: unknown) => error), process.crashed]));
    if (
      end instanceof Error &&
      !(IceError.is(end) && (end.code === "ICE_REQUEST_CLOSED" || end.code === "ICE_STORE_UNAVAILABLE"))
    )
      this.#checker.reportViolation(`the answer to ${path} was refused: ${end.message}`);
  }

  /** Checks that a process keeps nothing of a run that it has released. */
  #checkLeft(process: Process, { status, waiting = [] }: RunResult): void {
    if (process.clock.pending > 0)
      this.#checker.reportViolation(`${process.clock.pending} timers remain after the run is ${status}`);
    if (this.#checker.running > 0)
      this.#checker.reportViolation(`${this.#checker.running} tools still run after the run is ${status}`);
    const last = this.#disk.records(runId).at(-1);
    if (last?.kind !== "ended" && last?.kind !== "suspended")
      this.#checker.reportViolation(`the last record is ${last?.kind}`);
    if (status === "suspended" && waiting.length === 0 && !this.#isAnswered())
      this.#checker.reportViolation("suspended for no reason");
  }

  /** Whether a signal arrived while the process was releasing the run. */
  #isAnswered(): boolean {
    return this.#disk.records(runId).some(({ kind }) => kind === "waiting");
  }

  /** Usage counts what happened: all of it in a run without crashes, and always what is recorded. */
  #checkUsage({ usage: { toolCalls, llmCalls } }: RunResult): void {
    const { calls, steps } = this.#checker;
    const made = calls + steps.calls;
    if (this.#scenario.faultPlan.crashes.length === 0 && (toolCalls !== made || llmCalls < steps.requests))
      this.#checker.reportViolation(
        `${made} calls and ${steps.requests} requests, counted as ${toolCalls} and ${llmCalls}`,
      );
    if (llmCalls < steps.answers)
      this.#checker.reportViolation(`${steps.answers} recorded answers, counted as ${llmCalls} requests`);
  }

  async #checkEnd(process: Process, result: RunResult): Promise<void> {
    const stopped = this.#disk.records(runId).find((record) => record.kind === "stopped" && record.path === "");
    const { code } = (stopped?.kind === "stopped" && stopped.error) || {};
    if (code !== undefined && code !== result.error?.code)
      this.#checker.reportViolation(`stopped by ${code}, it is ${result.status} by ${result.error?.code}`);
    this.#checkUsage(result);
    const turns = this.#disk.turns(conversation);
    if (turns.length < this.#checker.turns.size || new Set(turns.map(({ key }) => key)).size < turns.length)
      this.#checker.reportViolation(`${turns.length} turns of ${this.#checker.turns.size} agents`);
    process.survive();
    const shown = await this.#clock.runUntil(process.runs.show(runId));
    const [one, other] = [sorted(result), sorted(shown)];
    if (one !== other) this.#checker.reportViolation(`the result is ${one}, stored is ${other}`);
    if (process.isClosed) return;
    const again = await this.#clock.runUntil(process.runs.resume(runId));
    if (sorted(again) !== other) this.#checker.reportViolation("resuming an ended run returns a different result");
  }
}

/** JSON with sorted keys. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
