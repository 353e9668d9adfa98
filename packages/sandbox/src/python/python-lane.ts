import type { Execution, GuestAnswer, GuestCall, LaneOutcome, ExecutionFailure } from "../lane/execution.ts";
import type { CodeLane } from "../lane/code-lane.ts";
import { fixOf } from "../lane/guest-fix.ts";
import { statsOf } from "../lane/execution-stats.ts";
import { LineLog } from "../lane/line-log.ts";
import { LogBuffer } from "../lane/log-buffer.ts";
import { pageBytes } from "../lane/snapshot.ts";
import { UnansweredCalls } from "../lane/unanswered-calls.ts";
import { fuelPerPage } from "../metering/fuel-price.ts";
import { losesDigits } from "./exact-numbers.ts";
import { framed } from "./framed.ts";
import { InterpreterInstance, type PreparedInterpreter } from "./interpreter-instance.ts";
import { randomBytes } from "./random-bytes.ts";

/** One execution while it is in a lane. */
interface Running {
  readonly execution: Execution;
  readonly logs: LogBuffer;
  readonly output: LineLog;
  readonly errors: LineLog;
  readonly random: (bytes: Uint8Array) => void;
  readonly onCall: (call: GuestCall) => void;
  hostCalls: number;
  readonly unanswered: UnansweredCalls;
  /** What the host has said and the guest not read. */
  unread: Uint8Array;
  /** The guest waits for an answer: it can go on, or be unwound. */
  waiting: { readonly goOn: () => void; readonly unwind: () => void } | undefined;
  settled: { readonly ok: boolean; readonly payload: string } | undefined;
  failure: ExecutionFailure | undefined;
  /** Ends the turn that runs: with the outcome, or with nothing when the guest waits. */
  endTurn: (outcome: LaneOutcome | undefined) => void;
}

/**
 * One instance of the Python interpreter, used for one execution after the other. Before each, memory and globals are those of
 * the interpreter right after its start. While code waits for the host its stack is kept by the engine (JSPI), which never frees
 * a stack by itself: an execution that is abandoned there is unwound. An instance that trapped is not used again.
 */
export class PythonLane implements CodeLane {
  readonly #prepared: PreparedInterpreter;
  readonly #instance: InterpreterInstance;
  #running: Running | undefined;
  #used = false;

  /** @param realNow - epoch milliseconds, for executions that are granted the real clock. */
  constructor(prepared: PreparedInterpreter, realNow: () => number) {
    this.#prepared = prepared;
    this.#instance = new InterpreterInstance(prepared, {
      arguments: [],
      now: () => {
        const { clock } = this.#running!.execution;
        return clock === "real" ? realNow() : clock;
      },
      random: (bytes) => this.#running!.random(bytes),
      read: (length) => this.#read(this.#running!, length),
      write: (stream, bytes) => this.#write(this.#running!, stream, bytes),
      exit: (code) =>
        this.#interrupt({ kind: "guest", message: `The code ended the interpreter (exit code ${code}).` }),
    });
    this.#instance.restore(prepared.image);
  }

  /**
   * Starts an execution and runs its first turn.
   *
   * @returns the outcome, or undefined when the execution waits for an answer.
   */
  start(execution: Execution, onCall: (call: GuestCall) => void): Promise<LaneOutcome | undefined> {
    const { source, input, env, seed, limits } = execution;
    const { meter } = this.#instance;
    meter.fuel.value = BigInt(limits.fuel);
    meter.pages.value = Math.max(0, Math.floor((limits.memoryMiB * 2 ** 20) / pageBytes) - this.#firstPages);
    meter.refused.value = 0;
    const neededMiB = (this.#firstPages * pageBytes) / 2 ** 20;
    if (neededMiB > limits.memoryMiB) {
      const message = `The interpreter itself needs ${Math.ceil(neededMiB)} MiB.`;
      return Promise.resolve(this.refuse(execution, { kind: "memory", message }));
    }
    const running = this.#prepare(execution, onCall);
    this.#running = running;
    const head = JSON.stringify({ source, env, seed });
    running.unread = framed(`${head.slice(0, -1)},"input":${input}}`);
    return this.#turn(running, () => {
      this.#instance.turn(this.#prepared.image).then(
        () => running.endTurn(this.#end()),
        (error: unknown) => {
          if (this.#running !== running) return; // abandoned, and unwound
          // Errors that the host threw to stop the guest are in `failure`; everything else is a trap of the guest.
          running.failure ??= this.#explainTrap(error, limits.fuel, limits.memoryMiB);
          running.endTurn(this.#end({ trapped: true }));
        },
      );
    });
  }

  /** Hands over an answer and lets the guest go on. */
  answer({ id, ok, value }: GuestAnswer): Promise<LaneOutcome | undefined> {
    const running = this.#running!;
    running.unanswered.remove(id);
    running.unread = Buffer.concat([running.unread, framed(`{"ok":${ok},"value":${value}}`)]);
    return this.#turn(running, () => running.waiting!.goOn());
  }

  /** Fails an execution before its first turn. */
  refuse(execution: Execution, failure: ExecutionFailure): LaneOutcome {
    this.#running = this.#prepare(execution, () => {});
    return this.stop(failure);
  }

  /** Ends the execution between two turns. */
  stop(failure: ExecutionFailure): LaneOutcome {
    const running = this.#running!;
    running.failure = failure;
    const outcome = this.#end();
    running.waiting?.unwind();
    return outcome;
  }

  /** Abandons the execution between two turns. */
  abandon(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.waiting?.unwind();
  }

  /** Prepares the lane for another execution. Returns false if it must be discarded. */
  recycle(): boolean {
    this.#used = true;
    return this.#running === undefined && this.#instance.restore(this.#prepared.image);
  }

  get #firstPages(): number {
    return this.#prepared.image.memory.length / pageBytes;
  }

  #prepare(execution: Execution, onCall: (call: GuestCall) => void): Running {
    const logs = new LogBuffer(execution.limits.logBytes);
    return {
      execution,
      logs,
      output: new LineLog(logs, "log"),
      errors: new LineLog(logs, "error"),
      random: randomBytes(execution.seed),
      onCall,
      hostCalls: 0,
      unanswered: new UnansweredCalls(execution.limits.outputBytes),
      unread: new Uint8Array(),
      waiting: undefined,
      settled: undefined,
      failure: undefined,
      endTurn: () => {},
    };
  }

  #turn(running: Running, begin: () => void): Promise<LaneOutcome | undefined> {
    return new Promise((resolve) => {
      running.endTurn = resolve;
      begin();
    });
  }

  #read(running: Running, length: number): Uint8Array | Promise<Uint8Array> {
    const take = (): Uint8Array => {
      const part = running.unread.subarray(0, length);
      running.unread = running.unread.subarray(length);
      return part;
    };
    if (running.unread.length > 0 || running.unanswered.size === 0) return take();
    return new Promise((resolve, reject) => {
      running.waiting = {
        goOn: () => {
          running.waiting = undefined;
          resolve(take());
        },
        unwind: () => reject(new Error("stopped")),
      };
      running.endTurn(undefined);
    });
  }

  #write(running: Running, stream: number, bytes: Uint8Array): void {
    if (stream === 1) running.output.write(bytes);
    else if (stream === 2) running.errors.write(bytes);
    else this.#receive(running, bytes);
  }

  /** A message of the guest. Anything can stand in it: its claims decide words, never what happens. */
  #receive(running: Running, bytes: Uint8Array): void {
    if (running.settled !== undefined) return;
    const { outputBytes, hostCalls } = running.execution.limits;
    const kind = String.fromCodePoint(bytes[0] ?? 0);
    const text = (): string => new TextDecoder().decode(bytes.subarray(1));
    const size = bytes.length - 1;
    const problem = kind === "?" ? running.unanswered.problemOf(size) : undefined;
    if (problem !== undefined) this.#interrupt(problem);
    if (size > outputBytes)
      this.#interrupt({
        kind: "output",
        message: `The result is larger than ${outputBytes} bytes (limits.outputBytes).`,
      });
    if (kind === "=" || kind === "!") running.settled = { ok: kind === "=", payload: text() };
    if (kind !== "?") return;
    if (running.hostCalls >= hostCalls)
      this.#interrupt({
        kind: "denied",
        message: `The code made more than ${hostCalls} host calls (limits.hostCalls).`,
      });
    const [, name = "", payload = ""] = /^(.*)\n(.*)$/s.exec(text()) ?? [];
    running.hostCalls += 1;
    running.unanswered.add(running.hostCalls, { id: running.hostCalls, bytes: size });
    running.onCall({ id: running.hostCalls, name, payload });
  }

  /** Ends the execution from inside a call of the guest, where it cannot be caught: the guest has no exceptions of WebAssembly. */
  #interrupt(failure: ExecutionFailure): never {
    this.#running!.failure ??= failure;
    throw new Error("stopped");
  }

  #explainTrap(error: unknown, fuel: number, memoryMiB: number): ExecutionFailure {
    const { meter } = this.#instance;
    if (meter.fuel.value < 0n) {
      const pages = meter.size.value - this.#firstPages;
      const forMemory = pages > 0 ? `; ${pages * fuelPerPage} of it bought ${Math.ceil(pages / 16)} MiB of memory` : "";
      return { kind: "fuel", message: `The code used up its fuel of ${fuel} (limits.fuel)${forMemory}.` };
    }
    if (this.#instance.isOutOfStack || (error instanceof RangeError && /call stack/.test(error.message)))
      return { kind: "stack", message: "The code nested its calls too deep." };
    if (meter.refused.value === 1)
      return { kind: "memory", message: `The code needed more than ${memoryMiB} MiB (limits.memoryMiB).` };
    return { kind: "guest", message: "The code crashed the interpreter." };
  }

  #end({ trapped = false }: { readonly trapped?: boolean } = {}): LaneOutcome {
    const running = this.#running!;
    const { settled, failure, logs, hostCalls, execution } = running;
    const { meter } = this.#instance;
    for (const stream of [running.output, running.errors]) stream.end();
    // A lane that trapped stays busy, so that it is not used again.
    if (!trapped) this.#running = undefined;
    const stats = statsOf({
      fuel: execution.limits.fuel,
      fuelLeft: meter.fuel.value,
      logs,
      peakMemoryBytes: meter.size.value * pageBytes,
      hostCalls,
      reused: this.#used,
      runMs: 0,
    });
    if (failure !== undefined) return { ...stats, ok: false, ...failure };
    if (settled === undefined)
      return { ...stats, ok: false, kind: "guest", message: "The code ended without a result." };
    if (!settled.ok)
      return { ...stats, ok: false, ...this.#explainThrown(settled.payload, execution.limits.memoryMiB) };
    if (losesDigits(settled.payload))
      return {
        ...stats,
        ok: false,
        kind: "notJson",
        message: "The result has an integer beyond 2^53, which JSON cannot represent exactly: return it as a string.",
      };
    return { ...stats, ok: true, payload: settled.payload };
  }

  /** The exception that the guest reports. Its content affects only messages, never behaviour. */
  #explainThrown(payload: string, memoryMiB: number): ExecutionFailure {
    let raised: Record<string, unknown> = {};
    try {
      raised = Object(JSON.parse(payload)) as Record<string, unknown>;
    } catch {
      // The guest can send anything; invalid content yields no message.
    }
    const { message, line, kind } = raised;
    const text = typeof message === "string" && message !== "" ? message.slice(0, maxMessage) : "The code failed.";
    if (kind === "notJson") return { kind: "notJson", message: text };
    // A request for more than there can be is refused before it reaches the meter.
    if (kind === "memory" || this.#instance.meter.refused.value === 1)
      return {
        kind: "memory",
        message: `The code needed more than ${memoryMiB} MiB (limits.memoryMiB) and then failed: ${text}`,
      };
    return {
      kind: "guest",
      message: typeof line === "number" ? `${text} (line ${line})` : text,
      fix: fixOf(text),
    };
  }
}

const maxMessage = 4096;
