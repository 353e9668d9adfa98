import type { Json, Signal, SignalWait } from "@ice/core";
import { compileJsonSchema, type JsonSchemaValidator } from "@ice/core/internal";
import type { Activation } from "./activation.ts";
import type { Waiting } from "./request-log.ts";
import type { Run } from "./run.ts";

type Waiter = Omit<Activation, "config">;

/** A node that waits. */
interface OpenWait {
  readonly activation: Waiter;
  readonly since: number;
  readonly wait: SignalWait;
  readonly fits: (payload: Json) => boolean;
  readonly end: (signal: Signal | undefined) => void;
}

/**
 * The signals of a run that have a name, and the nodes that wait for them or for a time. A signal is taken once, by the wait that began
 * first of those that it fits; that is the outcome of its node.
 */
export class NamedSignals {
  readonly #run: Run;
  /** In the order of recording. */
  readonly #all: Signal[] = [];
  readonly #ids = new Set<string>();
  readonly #taken: Set<string>;
  /** The one that began first is the first. */
  #waits: OpenWait[] = [];
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(run: Run, signals: readonly Signal[]) {
    this.#run = run;
    this.#taken = new Set(run.history?.taken);
    for (const signal of signals) if (signal.name !== undefined) this.#keep(signal);
  }

  /** Number of nodes that wait. */
  get size(): number {
    return this.#waits.length;
  }

  /** Those that are known, in the order of recording. */
  get signals(): readonly Signal[] {
    return this.#all;
  }

  /** What nodes wait for. */
  get waits(): readonly SignalWait[] {
    return this.#waits.map(({ wait }) => wait);
  }

  /** The earliest time at which a node goes on without a signal; Infinity if none does. Deadlines do not count. */
  get nextTimer(): number {
    return this.#waits.reduce((next, { wait }) => Math.min(next, wait.resumeAt ?? Infinity), Infinity);
  }

  /** The earliest deadline; Infinity without one. */
  get nextDeadline(): number {
    return this.#waits.reduce((next, { wait }) => Math.min(next, wait.expiresAt ?? Infinity), Infinity);
  }

  /** A signal has arrived. Has no effect the second time. */
  deliver(signal: Signal): void {
    const { name = "" } = signal;
    if (!this.#keep(signal)) return;
    this.#run.emit("signal.received", undefined, { name, id: signal.id });
    for (const callback of this.#watchers.get(name) ?? []) callback();
    this.#match();
  }

  /** Calls back once if there is a signal of this name, taken or not, or when there is. Returns what ends that. */
  watch(name: string, callback: () => void): () => void {
    if (this.#all.some((signal) => signal.name === name)) {
      callback();
      return () => {};
    }
    const watchers = this.#watchers.get(name) ?? new Set();
    this.#watchers.set(name, watchers.add(callback));
    return () => void watchers.delete(callback);
  }

  /**
   * Waits for a free signal, or until a time that the request names. Resolves with undefined when that has passed; never settles if the
   * node is cancelled or the run is released.
   */
  async wait(activation: Waiter, { at, wait }: Waiting): Promise<Signal | undefined> {
    const run = this.#run;
    const request = wait as SignalWait;
    const until = Math.min(request.resumeAt ?? Infinity, request.expiresAt ?? Infinity);
    run.suspendWhenQuiet();
    activation.idle(true);
    return new Promise((resolve) => {
      const leftMs = until - run.clock.now();
      const cancelTimer =
        leftMs > 0 && leftMs < Infinity ? run.setTimer(leftMs, () => void this.#expire(open)) : undefined;
      const forget = activation.onAbort(() => {
        this.#close(open);
        cancelTimer?.();
      });
      const open: OpenWait = {
        activation,
        since: at,
        wait: request,
        fits: fitting(request),
        end: (signal) => {
          this.#close(open);
          forget();
          cancelTimer?.();
          activation.idle(false);
          resolve(signal);
        },
      };
      const place = this.#waits.findLastIndex(({ since }) => since <= at) + 1;
      this.#waits = this.#waits.toSpliced(place, 0, open);
      // After a resume, waits that began earlier come first, so all of them are entered before anything is taken.
      const goOn = (): void => {
        this.#match();
        if (leftMs <= 0 && this.#waits.includes(open)) void this.#expire(open);
      };
      const entered = run.reentry?.below("");
      if (entered === undefined) goOn();
      else void entered.then(goOn);
    });
  }

  /** A node that has taken a signal does not complete: the signal is free again. */
  giveBack(id: string): void {
    this.#taken.delete(id);
    this.#match();
  }

  #close(open: OpenWait): void {
    this.#waits = this.#waits.filter((other) => other !== open);
  }

  #keep(signal: Signal): boolean {
    if (this.#ids.has(signal.id)) return false;
    this.#ids.add(signal.id);
    this.#all.push(signal);
    return true;
  }

  #match(): void {
    if (this.#run.reentry?.isOpenBelow("") === true) return;
    for (const open of this.#waits) {
      const signal = this.#freeFor(open);
      if (signal !== undefined) this.#take(open, signal);
    }
  }

  #take({ activation, end }: OpenWait, signal: Signal): void {
    const { id, name = "" } = signal;
    this.#taken.add(id);
    activation.takes = id;
    activation.emit("signal.taken", { name, id });
    end(signal);
  }

  #freeFor({ wait, fits }: OpenWait): Signal | undefined {
    const until = wait.resumeAt ?? wait.expiresAt ?? Infinity;
    return this.#all.find(
      ({ id, name = "", value, at }, index) =>
        index >= wait.after && at <= until && wait.signals.includes(name) && !this.#taken.has(id) && fits(value),
    );
  }

  /** The time has passed. What other processes have recorded up to then counts, so the store is asked once more. */
  async #expire(open: OpenWait): Promise<void> {
    const run = this.#run;
    if (open.wait.signals.length === 0) return open.end(undefined);
    run.activity.begin();
    try {
      await run.lookForSignals();
      const signal = this.#freeFor(open);
      if (signal !== undefined && this.#waits.includes(open)) this.#take(open, signal);
      else if (this.#waits.includes(open)) open.end(undefined);
    } catch (error) {
      run.onOwnershipLost(error);
    }
    run.activity.end();
  }
}

function fitting({ payloadSchema }: SignalWait): (payload: Json) => boolean {
  if (payloadSchema === null) return () => true;
  let validator: JsonSchemaValidator | undefined;
  return (payload) => (validator ??= compileJsonSchema(payloadSchema)).validate(payload).ok;
}
