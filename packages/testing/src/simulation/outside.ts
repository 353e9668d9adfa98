import { IceError, type JsonObject, type RunResult, type WaitingNode } from "@ice/core";
import type { FakeClock } from "../runtime/fake-clock.ts";
import type { Disk } from "./disk.ts";
import { runId, type Process } from "./process.ts";
import type { Report } from "./report.ts";
import { fittingPayload, type Person, type Scenario, type SentFromOutside } from "./scenario.ts";

export interface OutsideParts {
  readonly scenario: Scenario;
  readonly clock: FakeClock;
  readonly disk: Pick<Disk, "has" | "records" | "signal">;
  readonly report: Report;
  readonly random: () => number;
  /** The process through which people answer and signals are sent, if there is one. */
  readonly process: () => Pick<Process, "crashed" | "runs" | "tasks"> | undefined;
}

/** The people and other processes around a run: they answer, send signals, or let time pass. */
export class Outside {
  readonly #parts: OutsideParts;
  #sent = 0;

  constructor(parts: OutsideParts) {
    this.#parts = parts;
  }

  /** Sets the timers of answers and signals. */
  plan(): void {
    const { scenario, clock } = this.#parts;
    for (const [id, person] of Object.entries(scenario.people)) {
      if (person.when === "early") for (const path of person.paths ?? [id]) this.#say(path, person, 1);
      if (person.when === "during") clock.setTimer(person.atMs, () => this.#answerOpen(id, person));
    }
    for (const signal of scenario.signals ?? []) clock.setTimer(signal.atMs, () => this.#send(signal));
  }

  /** A run is suspended: some of what it waits for happens, or time passes. */
  async act(id: string, { waiting = [] }: RunResult): Promise<void> {
    const { random, clock } = this.#parts;
    const willing = waiting.filter((one) => this.#isWilling(one));
    const times = waiting.flatMap(({ expiresAt, resumeAt }) =>
      [expiresAt, resumeAt].filter((time) => typeof time === "number"),
    );
    if (willing.length > 0 && (times.length === 0 || random() < 0.75)) {
      const some = willing.filter(() => random() < 0.6);
      for (const one of some.length > 0 ? some : willing) await this.#give(id, one);
    } else if (times.length > 0) await clock.advance(Math.max(0, Math.min(...times) - clock.now()));
  }

  /** What ended takes no more signals. */
  async checkRefusal(process: Pick<Process, "crashed" | "runs">): Promise<void> {
    const sent = process.runs.signal(runId, "x", { id: "late" }).then(
      () => "accepted",
      (error: unknown) => (IceError.is(error) ? error.code : String(error)),
    );
    const answer = await this.#parts.clock.runUntil(Promise.race([sent, process.crashed]));
    if (answer !== "ICE_RUN_ENDED" && answer !== "crashed")
      this.#parts.report.violation(`a signal after the end of the run: ${answer}`);
  }

  #isWilling({ kind, path }: WaitingNode): boolean {
    return kind === "signal" || (kind === "human" && this.#personAt(path).when !== "never");
  }

  #personAt(path: string): Person {
    const id = path.slice(path.lastIndexOf(".") + 1);
    const { people } = this.#parts.scenario;
    if (!Object.hasOwn(people, id)) throw new Error(`the scenario says nothing about "${id}": add it to \`people\``);
    return people[id]!;
  }

  /** Answers all open requests of a node. */
  #answerOpen(id: string, person: Person): void {
    const open = new Map<string, number>();
    for (const record of this.#parts.disk.records(runId))
      if (record.kind === "waiting" && record.path.split(".").at(-1) === id) open.set(record.path, record.request);
    for (const [path, request] of open) this.#say(path, person, request);
  }

  #say(path: string, { answer }: Person, request: number): void {
    const { disk, clock } = this.#parts;
    const value = answer as unknown as JsonObject;
    disk.signal(runId, { id: `${path}#${request}`, path, value, by: "boss", at: clock.now() });
  }

  /** Sends a signal, through the process of the run or past it. */
  #send({ name, payload, id }: SentFromOutside): void {
    const { disk, clock, random, report } = this.#parts;
    if (!disk.has(runId) || disk.records(runId).at(-1)?.kind === "ended") return;
    const process = this.#parts.process();
    if (process === undefined || random() < 0.5)
      return disk.signal(runId, { id, name, path: "", value: payload, by: "kim", at: clock.now() });
    process.runs.signal(runId, name, { payload, id, by: "kim" }).catch((error: unknown) => {
      const isRefused = IceError.is(error) && ["ICE_SIGNAL_INVALID", "ICE_RUN_ENDED"].includes(error.code);
      if (!isRefused && !isUnavailable(error)) report.violation(`the signal ${name} was refused: ${String(error)}`);
    });
  }

  /** A person answers, or another process sends what a node waits for. */
  async #give(id: string, { path, kind, signals = [] }: WaitingNode): Promise<void> {
    const { clock, random, report } = this.#parts;
    const process = this.#parts.process()!;
    const name = signals[Math.floor(random() * signals.length)]!;
    this.#sent += 1;
    const given =
      kind === "human"
        ? process.tasks.respond(id, path, this.#personAt(path).answer, { by: "boss" })
        : process.runs.signal(id, name, { payload: fittingPayload, id: `o${this.#sent}`, by: "kim" });
    const end = await clock.runUntil(Promise.race([settled(given), process.crashed]));
    if (end instanceof Error && !(IceError.is(end) && end.code === "ICE_REQUEST_CLOSED") && !isUnavailable(end))
      report.violation(`what ${path} waits for was refused: ${end.message}`);
  }
}

const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

const isUnavailable = (error: unknown): boolean => IceError.is(error) && error.code === "ICE_STORE_UNAVAILABLE";
