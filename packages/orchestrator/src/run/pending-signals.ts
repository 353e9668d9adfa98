import type { HumanRequest, JournalRecordOf, Signal } from "@ice/core";
import { answerId } from "@ice/core/internal";
import type { Activation } from "./activation.ts";
import type { Run } from "./run.ts";
import { untilReached } from "./until-reached.ts";

/** A question with its first signal: an answer, or the passing of the deadline. */
export interface Answered {
  readonly request: JournalRecordOf<"waiting">;
  readonly signal: Signal;
}

/** The value of the signal for a passed deadline. */
const deadlinePassed = Object.freeze({ timedOut: true });

/** The questions of a run's nodes to people, and the answers. */
export class PendingSignals {
  readonly #run: Run;
  /** Answers to questions that have not been asked yet, by id. */
  readonly #arrived = new Map<string, Signal>();
  readonly #open = new Map<string, { readonly expiresAt: number | null; readonly end: (signal: Signal) => void }>();
  /** Nodes that wait for something that only a resume can find out. */
  readonly #suspended = new Set<Activation>();

  constructor(run: Run, signals: readonly Signal[]) {
    this.#run = run;
    for (const signal of signals) if (signal.name === undefined) this.#arrived.set(signal.id, signal);
  }

  /** Number of nodes that wait for an answer. */
  get size(): number {
    return this.#open.size + this.#suspended.size;
  }

  /** The earliest deadline; Infinity without one. */
  get nextDeadline(): number {
    let next = Infinity;
    for (const { expiresAt } of this.#open.values()) next = Math.min(next, expiresAt ?? Infinity);
    return next;
  }

  /** An answer has arrived, perhaps once more. */
  deliver(signal: Signal): void {
    const open = this.#open.get(signal.id);
    this.#open.delete(signal.id);
    this.#arrived.set(signal.id, signal);
    open?.end(signal);
  }

  /**
   * Asks a question and waits for the answer or the deadline; never settles if the node is cancelled or the run is released.
   *
   * @param index - of the question in this attempt, from 0. A question of an earlier process is not asked again.
   */
  async wait(activation: Activation, index: number, wait: () => HumanRequest): Promise<Answered> {
    const { path } = activation;
    const request = this.#run.requests.of(path)[index] ?? (await this.#ask(activation, wait()));
    activation.current.check(); // it may have been cancelled while the request became durable
    const id = answerId(path, request.request);
    const signal = this.#arrived.get(id) ?? (await this.#answer(activation, id, request.wait.expiresAt));
    return { request, signal };
  }

  /**
   * Waits for something that only a resume can find out; never settles. Everything else continues first, without the slot of this
   * node.
   */
  suspend(activation: Activation): Promise<never> {
    this.#suspended.add(activation);
    activation.onAbort(() => void this.#suspended.delete(activation));
    activation.releaseSlot();
    activation.scope.frame.limiter.serve();
    this.#run.suspendWhenQuiet({ whateverWaits: true });
    activation.idle(true);
    return new Promise(() => {});
  }

  async #ask(activation: Activation, wait: HumanRequest): Promise<JournalRecordOf<"waiting">> {
    const record = await this.#run.requests.make(activation, wait);
    activation.emit(wait.escalated ? "human.escalated" : "human.requested", { request: record.request, ...wait });
    return record;
  }

  #answer(activation: Activation, id: string, expiresAt: number | null): Promise<Signal> {
    const run = this.#run;
    run.suspendWhenQuiet();
    activation.idle(true);
    return new Promise((resolve) => {
      const leftMs = expiresAt === null ? Infinity : expiresAt - run.clock.now();
      // A deadline that passed while no process owned the run takes effect before the run can be suspended again.
      if (leftMs <= 0) this.#expire(activation, id);
      const cancelTimer =
        leftMs > 0 && leftMs < Infinity ? run.setTimer(leftMs, () => this.#expire(activation, id)) : undefined;
      const forget = activation.onAbort(() => {
        this.#open.delete(id);
        cancelTimer?.();
      });
      const end = (signal: Signal): void => {
        forget();
        cancelTimer?.();
        activation.idle(false);
        resolve(signal);
      };
      this.#open.set(id, { expiresAt, end });
    });
  }

  /** The deadline races with answers from other processes, so the store decides which came first. */
  #expire({ path }: Activation, id: string): void {
    const run = this.#run;
    const at = run.clock.now();
    run.activity.begin();
    untilReached(run, () => run.store.signal(run.id, { id, path, value: deadlinePassed, by: null, at }))
      .then(({ signal }) => this.deliver(signal))
      .catch(run.onOwnershipLost)
      .finally(() => run.activity.end());
  }
}
