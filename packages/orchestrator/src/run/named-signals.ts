import type { Signal, SignalWait } from "@ice/core";
import type { Activation } from "./activation.ts";
import { FreeSignals, type KeptSignal } from "./free-signals.ts";
import { OpenWaits } from "./open-waits.ts";
import { PayloadChecks, type PayloadCheck } from "./payload-checks.ts";
import type { Waiting } from "./request-log.ts";
import type { Run } from "./run.ts";
import { untilReached } from "./until-reached.ts";

type Waiter = Omit<Activation, "config">;

/** A node that waits. */
interface OpenWait {
  readonly activation: Waiter;
  readonly since: number;
  readonly wait: SignalWait;
  readonly payload: PayloadCheck;
  readonly end: (signal: Signal | undefined) => void;
  isOpen: boolean;
}

/**
 * The signals of a run that have a name, and the nodes that wait for them or for a time. A signal is taken once, by the wait that began
 * first of those that it fits; that is the outcome of its node.
 */
export class NamedSignals {
  readonly #run: Run;
  /** In the order of recording. */
  readonly #all: Signal[] = [];
  readonly #byId = new Map<string, KeptSignal>();
  readonly #names = new Set<string>();
  /** Ids of those that earlier processes have taken. */
  readonly #takenEarlier: ReadonlySet<string>;
  readonly #free = new FreeSignals();
  readonly #payloads: PayloadChecks;
  readonly #waits = new OpenWaits<OpenWait>();
  readonly #watchers = new Map<string, Set<() => void>>();
  /** How many of the first signals in the store are known, answers included. */
  #looked: number;
  /** Waits whose payloads are still being checked. */
  #preparing = 0;
  /** Whether no open wait can take a free signal: then only what is new has to be considered. */
  #isMatched = false;

  constructor(run: Run, signals: readonly Signal[]) {
    this.#run = run;
    this.#takenEarlier = run.history?.taken ?? new Set();
    this.#payloads = new PayloadChecks(run.pace.slice);
    this.#looked = signals.length;
    for (const signal of signals) if (signal.name !== undefined) this.#keep(signal);
  }

  /** Number of nodes that wait. */
  get size(): number {
    return this.#waits.size;
  }

  /** Those that are known, in the order of recording. */
  get signals(): readonly Signal[] {
    return this.#all;
  }

  /** What nodes wait for. */
  get waits(): readonly SignalWait[] {
    return [...this.#waits.inOrder()].map(({ wait }) => wait);
  }

  /** The earliest time at which a node goes on without a signal; Infinity if none does. Deadlines do not count. */
  get nextTimer(): number {
    return this.#waits.earliest("resumeAt");
  }

  /** The earliest deadline; Infinity without one. */
  get nextDeadline(): number {
    return this.#waits.earliest("expiresAt");
  }

  /** Delivers what other processes have recorded for the run, once the store is there. @throws IceError `ICE_STORE_*`. */
  async look(): Promise<void> {
    const run = this.#run;
    const from = this.#looked;
    const news = await untilReached(run, () => run.store.signals(run.id, from));
    this.#looked = Math.max(this.#looked, from + news.length);
    for (const signal of news) run.deliver(signal);
  }

  /** A signal has arrived. Has no effect the second time. */
  deliver(signal: Signal): void {
    const { name = "" } = signal;
    const kept = this.#keep(signal);
    if (kept === undefined) return;
    this.#run.emit("signal.received", undefined, { name, id: signal.id });
    const watchers = this.#watchers.get(name);
    this.#watchers.delete(name);
    for (const callback of watchers ?? []) callback();
    this.#offer(kept);
  }

  /** Calls back once if there is a signal of this name, taken or not, or when there is. Returns what ends that. */
  watch(name: string, callback: () => void): () => void {
    if (this.#names.has(name)) {
      callback();
      return () => {};
    }
    const watchers = this.#watchers.get(name) ?? new Set();
    this.#watchers.set(name, watchers.add(callback));
    return () => {
      watchers.delete(callback);
      if (watchers.size === 0 && this.#watchers.get(name) === watchers) this.#watchers.delete(name);
    };
  }

  /**
   * Waits for a free signal, or until a time that the request names. Resolves with undefined when that has passed; never settles if the
   * node is cancelled or the run is released.
   */
  async wait(activation: Waiter, { at, wait }: Waiting): Promise<Signal | undefined> {
    const run = this.#run;
    const request = wait as SignalWait;
    const until = Math.min(request.resumeAt ?? Infinity, request.expiresAt ?? Infinity);
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
        payload: this.#payloads.of(request.payloadSchema),
        isOpen: true,
        end: (signal) => {
          this.#close(open);
          forget();
          cancelTimer?.();
          activation.idle(false);
          resolve(signal);
        },
      };
      this.#waits.add(open);
      const begin = (): void => {
        run.suspendWhenQuiet();
        activation.idle(true);
        // After a resume, waits that began earlier come first, so all of them are entered before anything is taken.
        const goOn = (): void => {
          if (this.#matchAll()) this.#seek(open);
          if (leftMs <= 0 && open.isOpen) void this.#expire(open);
        };
        const entered = run.reentry?.below("");
        if (entered === undefined) goOn();
        else void entered.then(goOn);
      };
      const prepared = open.payload.prepare(this.#free.named(request.signals));
      if (prepared === undefined) begin();
      else void this.#beginLater(open, prepared, begin);
    });
  }

  /** A node that has taken a signal does not complete: the signal is free again. */
  giveBack(id: string): void {
    const kept = this.#byId.get(id)!;
    this.#free.add(kept);
    this.#offer(kept);
  }

  /** Nothing is taken until the payloads are checked, so that the wait that began first gets what it can take. */
  async #beginLater(open: OpenWait, prepared: Promise<void>, begin: () => void): Promise<void> {
    this.#preparing += 1;
    this.#isMatched = false;
    await prepared;
    this.#preparing -= 1;
    if (this.#run.released) return;
    if (open.isOpen) begin();
    else this.#matchAll();
  }

  #close(open: OpenWait): void {
    open.isOpen = false;
    this.#waits.delete(open);
  }

  /** Undefined if it is known. */
  #keep(signal: Signal): KeptSignal | undefined {
    if (this.#byId.has(signal.id)) return undefined;
    const kept: KeptSignal = { signal, index: this.#all.length };
    this.#byId.set(signal.id, kept);
    this.#all.push(signal);
    this.#names.add(signal.name ?? "");
    if (!this.#takenEarlier.has(signal.id)) this.#free.add(kept);
    return kept;
  }

  /** Lets the waits take what they can, unless that is done. False while some cannot take anything yet. */
  #matchAll(): boolean {
    if (this.#isMatched) return true;
    if (this.#preparing > 0 || this.#run.reentry?.isOpenBelow("") === true) return false;
    this.#isMatched = true;
    for (const open of this.#waits.inOrder()) this.#seek(open);
    return true;
  }

  /** A signal is new, or free again: the first wait that it fits takes it. */
  #offer(kept: KeptSignal): void {
    if (!this.#isMatched) return void this.#matchAll();
    const { name = "" } = kept.signal;
    for (const open of this.#waits.inOrder())
      if (open.wait.signals.includes(name) && fits(open, kept)) return this.#take(open, kept);
  }

  /** A wait takes the oldest free signal that fits. */
  #seek(open: OpenWait): void {
    if (!open.isOpen) return;
    const kept = this.#free.oldest(open.wait.signals, (each) => fits(open, each));
    if (kept !== undefined) this.#take(open, kept);
  }

  #take({ activation, end }: OpenWait, kept: KeptSignal): void {
    const { id, name = "" } = kept.signal;
    this.#free.remove(kept);
    activation.notes = { ...activation.notes, takes: id };
    activation.emit("signal.taken", { name, id });
    end(kept.signal);
  }

  /** The time has passed. What other processes have recorded up to then counts, so the store is asked once more. */
  async #expire(open: OpenWait): Promise<void> {
    const run = this.#run;
    if (open.wait.signals.length === 0) return open.end(undefined);
    run.activity.begin();
    try {
      await this.look();
      this.#seek(open);
      if (open.isOpen) open.end(undefined);
    } catch (error) {
      run.onOwnershipLost(error);
    }
    run.activity.end();
  }
}

function fits({ wait, payload }: OpenWait, { signal, index }: KeptSignal): boolean {
  const until = wait.resumeAt ?? wait.expiresAt ?? Infinity;
  return index >= wait.after && signal.at <= until && payload.fits(signal);
}
