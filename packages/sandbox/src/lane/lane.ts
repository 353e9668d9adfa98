import { fuelPerPage } from "../metering/fuel-price.ts";
import type { CodeLane } from "./code-lane.ts";
import type { Execution, GuestAnswer, GuestCall, LaneOutcome, ExecutionFailure } from "./execution.ts";
import { fixOf, noModulesFix } from "./guest-fix.ts";
import type { GuestModule } from "./guest-module.ts";
import { statsOf } from "./execution-stats.ts";
import { LogBuffer } from "./log-buffer.ts";
import { instantiateMetered, type MeteredInstance } from "./metered-instance.ts";
import { pageBytes, type Snapshot } from "./snapshot.ts";
import { UnansweredCalls } from "./unanswered-calls.ts";
import { denyAllWasi, type WasiShim } from "./wasi.ts";

/** The parts for creating lanes, shared by all lanes of a worker. */
export interface LaneParts {
  readonly guestModule: GuestModule;
  readonly coreModules: ReadonlyMap<string, WebAssembly.Module>;
  readonly shim: WasiShim;
}

/** One execution while it is in a lane. */
interface Running {
  readonly execution: Execution;
  readonly logs: LogBuffer;
  readonly onCall: (call: GuestCall) => void;
  hostCalls: number;
  readonly unanswered: UnansweredCalls;
  settled: { readonly ok: boolean; readonly payload: string } | undefined;
  failure: ExecutionFailure | undefined;
}

/** Memory of the engine outside that of the guest. */
const engineBytes = 2 * pageBytes;

/**
 * One instance of the engine, used for one execution at a time. Between executions, memory and globals are restored to the
 * initial state, so nothing is carried over; an instance that trapped is never used again.
 */
export class Lane implements CodeLane {
  readonly #instance: MeteredInstance;
  readonly #snapshot: Snapshot;
  #running: Running | undefined;
  #used = false;

  private constructor(instance: MeteredInstance, snapshot: Snapshot) {
    this.#instance = instance;
    this.#snapshot = snapshot;
  }

  /** @param realNow - epoch milliseconds, for executions that are granted the real clock. */
  static async create({ guestModule, coreModules, shim }: LaneParts, realNow: () => number): Promise<Lane> {
    // Set once the instance exists; earlier calls of the engine are dropped.
    const made: { lane?: Lane } = {};
    const running = (): Running | undefined => (made.lane === undefined ? undefined : made.lane.#running);
    const now = (): number => {
      const clock = running()?.execution.clock ?? 0;
      return clock === "real" ? realNow() : clock;
    };
    const imports = {
      ...denyAllWasi(shim, { now, onText: (text) => running()?.logs.add("engine", text) }),
      "ice:guest/host": {
        call: (id: number, name: string, payload: string) => made.lane?.receiveCall({ id, name, payload }),
        settle: (ok: boolean, payload: string) => made.lane?.receiveSettlement(ok, payload),
        log: (level: string, text: string) => running()?.logs.add(level, text),
      },
    };
    const instance = instantiateMetered(guestModule, coreModules, imports, () => {
      throw new ModuleWanted();
    });
    // The first execution performs the one-time initialization; further ones start after it.
    await instance.guest.turn(JSON.stringify({ start: { source: "return input;", input: null, env: {}, seed: 0 } }));
    made.lane = new Lane(instance, instance.takeSnapshot());
    return made.lane;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Starts an execution and runs its first turn.
   *
   * @returns the outcome, or undefined when the execution waits for answers.
   */
  async start(execution: Execution, onCall: (call: GuestCall) => void): Promise<LaneOutcome | undefined> {
    const { source, input, env, seed } = execution;
    const { meter } = this.#instance;
    const running = this.#prepare(execution, onCall);
    this.#running = running;
    if (meter.pages.value < 0) {
      const least = Math.ceil((this.#snapshot.pages * pageBytes + engineBytes) / 2 ** 20);
      meter.pages.value = 0;
      return this.stop({ kind: "memory", message: `The engine itself needs ${least} MiB.` });
    }
    const head = JSON.stringify({ source, env, seed });
    return this.#turn(`{"start":${head.slice(0, -1)},"input":${input}}}`);
  }

  /** Fails an execution before its first turn. */
  refuse(execution: Execution, failure: ExecutionFailure): LaneOutcome {
    this.#running = this.#prepare(execution, () => {});
    return this.stop(failure);
  }

  /** Ends the execution between two turns. */
  stop(failure: ExecutionFailure): LaneOutcome {
    this.#running!.failure = failure;
    return this.#end();
  }

  /** Passes an answer and runs another turn. */
  answer({ id, ok, value }: GuestAnswer): Promise<LaneOutcome | undefined> {
    const guestId = this.#running!.unanswered.remove(id);
    return this.#turn(`{"answer":{"id":${guestId},"ok":${ok},"value":${value}}}`);
  }

  #prepare(execution: Execution, onCall: (call: GuestCall) => void): Running {
    const { limits } = execution;
    const { meter } = this.#instance;
    meter.fuel.value = BigInt(limits.fuel);
    meter.pages.value = Math.floor((limits.memoryMiB * 2 ** 20 - engineBytes) / pageBytes) - this.#snapshot.pages;
    meter.refused.value = 0;
    return {
      execution,
      logs: new LogBuffer(limits.logBytes),
      onCall,
      hostCalls: 0,
      unanswered: new UnansweredCalls(limits.outputBytes),
      settled: undefined,
      failure: undefined,
    };
  }

  /** Abandons the execution between two turns. */
  abandon(): void {
    this.#running = undefined;
  }

  /** Prepares the lane for another execution. Returns false if it must be discarded. */
  recycle(): boolean {
    this.#used = true;
    return this.#running === undefined && this.#snapshot.restore();
  }

  async #turn(message: string): Promise<LaneOutcome | undefined> {
    const running = this.#running!;
    try {
      await this.#instance.guest.turn(message);
    } catch (error) {
      // Errors that the host threw to stop the guest are in `failure`; everything else is a trap of the guest.
      running.failure ??= this.#explainTrap(error);
      return this.#end({ trapped: true });
    }
    if (running.failure !== undefined || running.settled !== undefined) return this.#end();
    if (running.unanswered.size > 0) return undefined;
    running.failure = { kind: "guest", message: "The code waits for a promise that can no longer be settled." };
    return this.#end();
  }

  private receiveCall(call: GuestCall): void {
    const running = this.#running;
    if (running === undefined || running.settled !== undefined) return;
    const { hostCalls, outputBytes } = running.execution.limits;
    if (running.hostCalls >= hostCalls)
      this.#interrupt({
        kind: "denied",
        message: `The code made more than ${hostCalls} host calls (limits.hostCalls).`,
      });
    const bytes = byteLength(call.payload, outputBytes);
    const problem = running.unanswered.problemOf(bytes);
    if (problem !== undefined) this.#interrupt(problem);
    running.hostCalls += 1;
    running.unanswered.add(running.hostCalls, { id: call.id, bytes });
    running.onCall({ ...call, id: running.hostCalls });
  }

  private receiveSettlement(ok: boolean, payload: string): void {
    const running = this.#running;
    if (running === undefined || running.settled !== undefined) return;
    const { outputBytes } = running.execution.limits;
    if (ok && byteLength(payload, outputBytes) > outputBytes)
      this.#interrupt({
        kind: "output",
        message: `The result is larger than ${outputBytes} bytes (limits.outputBytes).`,
      });
    running.settled = { ok, payload };
  }

  /** Ends the execution from inside a call of the guest, where it cannot be caught: the guest has no exceptions of WebAssembly. */
  #interrupt(failure: ExecutionFailure): never {
    this.#running!.failure ??= failure;
    throw new Error("stopped");
  }

  #explainTrap(error: unknown): ExecutionFailure {
    if (error instanceof ModuleWanted)
      return {
        kind: "guest",
        message: "The code imports a module with `import()`, and there are none in the sandbox.",
        fix: noModulesFix,
      };
    const { meter } = this.#instance;
    const { limits } = this.#running!.execution;
    if (meter.fuel.value < 0n) {
      const pages = meter.size.value - this.#snapshot.pages;
      const forMemory = pages > 0 ? `; ${pages * fuelPerPage} of it bought ${Math.ceil(pages / 16)} MiB of memory` : "";
      return { kind: "fuel", message: `The code used up its fuel of ${limits.fuel} (limits.fuel)${forMemory}.` };
    }
    if (this.#instance.hasNoStackLeft() || error instanceof RangeError)
      return { kind: "stack", message: "The code nested its calls too deep." };
    if (meter.refused.value === 1)
      return { kind: "memory", message: `The code needed more than ${limits.memoryMiB} MiB (limits.memoryMiB).` };
    return { kind: "guest", message: "The code crashed the engine." };
  }

  #end({ trapped = false }: { readonly trapped?: boolean } = {}): LaneOutcome {
    const { settled, failure, logs, hostCalls, execution } = this.#running!;
    const { meter } = this.#instance;
    // A lane that trapped stays busy, so that it is not used again.
    if (!trapped) this.#running = undefined;
    const stats = statsOf({
      fuel: execution.limits.fuel,
      fuelLeft: meter.fuel.value,
      logs,
      peakMemoryBytes: meter.size.value * pageBytes + engineBytes,
      hostCalls,
      reused: this.#used,
      runMs: 0,
    });
    if (failure !== undefined) return { ...stats, ok: false, ...failure };
    if (settled!.ok) return { ...stats, ok: true, payload: settled!.payload };
    return { ...stats, ok: false, ...this.#explainThrown(settled!.payload, execution) };
  }

  /** The error that the guest reports. Its content affects only messages, never behaviour. */
  #explainThrown(payload: string, { limits: { memoryMiB }, source }: Execution): ExecutionFailure {
    let thrown: Record<string, unknown> = {};
    try {
      thrown = JSON.parse(payload) as Record<string, unknown>;
    } catch {
      // The guest can send anything; invalid content yields no message.
    }
    const text = (key: string): string => (typeof thrown[key] === "string" ? thrown[key].slice(0, maxMessage) : "");
    const message = text("message") || text("name") || "The code threw an error.";
    if (thrown["notJson"] === true) return { kind: "notJson", message };
    if (text("name") === "InternalError" && /stack/.test(message)) return { kind: "stack", message };
    if (this.#instance.meter.refused.value === 1)
      return {
        kind: "memory",
        message: `The code needed more than ${memoryMiB} MiB (limits.memoryMiB) and then failed: ${message}`,
      };
    return {
      kind: "guest",
      message: `${message}${lineOf(text("stack"), source)}`,
      fix: fixOf(message, text("name") === "SyntaxError" ? source : ""),
    };
  }
}

const maxMessage = 4096;

/** Code imported a module. Thrown through the guest, which cannot catch it. */
class ModuleWanted extends Error {}

/** ` (line 3)`, counted from the first line of the code. Something missing at its end is reported at its last line. */
function lineOf(stack: string, source: string): string {
  const line = /<input>:(\d+)/.exec(stack)?.[1];
  const own = line === undefined ? 0 : Math.min(Number(line) - 2, source.split("\n").length);
  return own > 0 ? ` (line ${own})` : "";
}

/** UTF-8 length; not exact if the text is too long in any encoding. */
function byteLength(text: string, most: number): number {
  return text.length > most ? text.length : Buffer.byteLength(text);
}
