import type { JournalRecord, JournalRecordOf, JsonObject, Signal, SignalWait } from "@ice/core";
import { isBelow } from "./node-index.ts";
import type { Observed, Rule } from "./rule.ts";
import { minFitting } from "./scenario.ts";

/** A wait of a node, from its record on. */
interface Wait {
  readonly path: string;
  readonly wait: SignalWait;
  /** Number of the record. */
  readonly begun: number;
  readonly at: number;
  /** Number and time of its end. */
  ended: { readonly number: number; readonly at: number; readonly isCancelled: boolean } | undefined;
  taken: string | undefined;
}

/**
 * A signal is taken once, by a wait that it fits: by the one that began first, which takes the oldest. No wait goes on without one that
 * came in time.
 */
export class SignalRule implements Rule {
  readonly #observed: Observed;
  readonly #waits: Wait[] = [];
  readonly #open = new Map<string, Wait>();
  readonly #takers = new Map<string, Wait>();
  #records = 0;

  constructor(observed: Observed) {
    this.#observed = observed;
  }

  onDurable(record: JournalRecord): void {
    this.#records += 1;
    if (record.kind === "waiting" && record.wait.kind === "wait") this.#begin(record.path, record.wait, record.at);
    if (record.kind === "attemptFailed" && record.children)
      for (const path of this.#open.keys()) if (isBelow(path, record.path)) this.#end(path, record.at, true);
    if (record.kind === "outcome") this.#checkOutcome(record);
    if (record.kind === "ended") this.#checkOrder();
  }

  /** Checks that a run is not released although something in it can go on. */
  checkRelease({ at, reason }: JournalRecordOf<"suspended">, stayMs: number): void {
    if (reason !== "waiting") return;
    for (const wait of this.#open.values()) {
      const { resumeAt } = wait.wait;
      if (resumeAt !== null && resumeAt - at <= stayMs)
        this.#observed.violation(`the run was suspended at ${at}, although ${wait.path} goes on at ${resumeAt}`);
      const { commitMs } = this.#observed;
      const free = this.#observed
        .signals()
        .find((signal) => signal.at + commitMs < at && this.#isFreeFor(wait, signal));
      if (free !== undefined)
        this.#observed.violation(`the run was suspended, although ${wait.path} can take the signal "${free.id}"`);
    }
  }

  #begin(path: string, wait: SignalWait, at: number): void {
    if (this.#open.has(path)) this.#observed.violation(`${path} begins to wait once more`);
    const begun: Wait = { path, wait, begun: this.#records, at, ended: undefined, taken: undefined };
    this.#open.set(path, begun);
    this.#waits.push(begun);
  }

  #end(path: string, at: number, isCancelled: boolean): Wait | undefined {
    const wait = this.#open.get(path);
    this.#open.delete(path);
    if (wait !== undefined) wait.ended = { number: this.#records, at, isCancelled };
    return wait;
  }

  #checkOutcome({ path, node, takes, at }: JournalRecordOf<"outcome">): void {
    if (node.type !== "wait") return;
    const { status, output, error, recovered = false } = node;
    const wait = this.#end(path, at, status === "cancelled");
    if (takes !== undefined) return this.#take(path, takes, wait, output as JsonObject);
    if (status === "completed" && !recovered && (output as JsonObject)["signal"] !== null)
      this.#observed.violation(`${path} completed with a signal that it has not taken`);
    if (wait === undefined || status === "cancelled" || status === "skipped") return;
    if (status === "failed" && error!.code !== "ICE_NODE_TIMEOUT") return;
    if (at < untilOf(wait)) this.#observed.violation(`${path} went on at ${at}, before ${untilOf(wait)}`);
  }

  #take(path: string, id: string, wait: Wait | undefined, output: JsonObject): void {
    const { violation } = this.#observed;
    const signal = this.#observed.signals().find((one) => one.name !== undefined && one.id === id);
    if (this.#takers.has(id)) violation(`the signal "${id}" was taken twice, by ${path}`);
    if (wait === undefined || signal === undefined) return violation(`${path} took "${id}", which it did not wait for`);
    this.#takers.set(id, wait);
    wait.taken = id;
    if (!this.#accepts(wait, signal)) violation(`${path} took "${id}", which it cannot take`);
    const { name = "", value, by, at } = signal;
    const expected = JSON.stringify([name, value, id, by, at]);
    const got = JSON.stringify([output["signal"], output["payload"], output["id"], output["by"], output["at"]]);
    if (got !== expected) violation(`${path} took ${expected}, its output is ${got}`);
  }

  /** Checks who took what, once all of it is known. */
  #checkOrder(): void {
    const signals = this.#observed.signals();
    for (const wait of this.#waits) {
      if (wait.ended === undefined || wait.ended.isCancelled) continue;
      const index = signals.findIndex(({ id, name }) => name !== undefined && id === wait.taken);
      for (const signal of index < 0 ? signals : signals.slice(0, index)) this.#checkPassedOver(wait, signal);
      if (index >= 0) this.#checkFirst(wait, signals[index]!);
    }
  }

  /** A wait has not taken a signal that is older than the one that it has taken, or came before its time had passed. */
  #checkPassedOver(wait: Wait, signal: Signal): void {
    const { at, number } = wait.ended!;
    if (!this.#accepts(wait, signal) || signal.at + this.#observed.noticeMs >= at || signal.at >= untilOf(wait)) return;
    const taker = this.#takers.get(signal.id);
    // The wait that took it afterwards may have chosen it before.
    if (taker !== undefined && taker.begun < number) return;
    this.#observed.violation(`${wait.path} passed over the signal "${signal.id}"`);
  }

  /** A wait that began before could have taken the same signal. */
  #checkFirst(wait: Wait, signal: Signal): void {
    const earlier = this.#waits.find(
      (other) =>
        other.at < wait.at &&
        (other.ended === undefined || (other.ended.number > wait.ended!.number && !other.ended.isCancelled)) &&
        this.#accepts(other, signal) &&
        !this.#tookBefore(other, signal),
    );
    if (earlier !== undefined)
      this.#observed.violation(`${wait.path} took "${signal.id}" before ${earlier.path}, which began earlier`);
  }

  #tookBefore({ taken }: Wait, signal: Signal): boolean {
    const ids = this.#observed.signals().flatMap(({ id, name }) => (name === undefined ? [] : id));
    return taken !== undefined && ids.indexOf(taken) < ids.indexOf(signal.id);
  }

  #isFreeFor(wait: Wait, signal: Signal): boolean {
    return !this.#takers.has(signal.id) && this.#accepts(wait, signal);
  }

  #accepts({ wait }: Wait, { name, value, at, id }: Signal): boolean {
    if (name === undefined || !wait.signals.includes(name)) return false;
    const named = this.#observed.signals().filter((signal) => signal.name !== undefined);
    if (named.findIndex((signal) => signal.id === id) < wait.after) return false;
    const fits = wait.payloadSchema === null || (Number.isInteger(value) && (value as number) >= minFitting);
    return fits && at <= (wait.resumeAt ?? wait.expiresAt ?? Infinity);
  }
}

const untilOf = ({ wait: { resumeAt, expiresAt } }: Wait): number => resumeAt ?? expiresAt ?? Infinity;
