import type { JournalRecordOf, Signal, WaitRequest } from "@ice/core";
import { answerId } from "../history/answer-id.ts";
import { isBelow } from "../history/paths.ts";
import type { Activation } from "./activation.ts";
import type { Run } from "./run.ts";

/** A request with its first signal: an answer, or the passing of the deadline. */
export interface Answered {
  readonly request: JournalRecordOf<"waiting">;
  readonly signal: Signal;
}

/** The value of the signal for a passed deadline. */
const deadlinePassed = Object.freeze({ timedOut: true });

/** The requests of a run's nodes to people, and the answers. */
export class PendingSignals {
  readonly #run: Run;
  /** Answers to requests that have not been made yet, by id. */
  readonly #arrived = new Map<string, Signal>();
  readonly #open = new Map<string, (signal: Signal) => void>();
  /** Nodes that wait for something that only a resume can find out. */
  readonly #suspended = new Set<Activation>();
  /** Per path: the requests of its current attempt. */
  readonly #requests = new Map<string, JournalRecordOf<"waiting">[]>();
  readonly #made = new Map<string, number>();

  constructor(run: Run, signals: readonly Signal[]) {
    this.#run = run;
    for (const signal of signals) this.#arrived.set(signal.id, signal);
  }

  /** Number of nodes that wait for an answer. */
  get size(): number {
    return this.#open.size + this.#suspended.size;
  }

  deliver(signal: Signal): void {
    const resolve = this.#open.get(signal.id);
    this.#open.delete(signal.id);
    if (resolve === undefined) this.#arrived.set(signal.id, signal);
    else resolve(signal);
  }

  /**
   * Makes a request and waits for the answer or the deadline; never settles if the node is cancelled or the run is released.
   *
   * @param requestIndex - index of the request in this attempt, from 0. A request of an earlier process is not made again.
   */
  async wait(activation: Activation, requestIndex: number, wait: () => WaitRequest): Promise<Answered> {
    const { path } = activation;
    const request = this.#requestsOf(path)[requestIndex] ?? (await this.#make(activation, wait()));
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
    activation.onAbort(() => this.#suspended.delete(activation));
    activation.releaseSlot();
    activation.scope.frame.limiter.serve();
    this.#run.suspendWhenQuiet({ whateverWaits: true });
    activation.idle(true);
    return new Promise(() => {});
  }

  /** A container starts its children again: their requests are void. */
  forgetBelow(path: string): void {
    for (const key of this.#requests.keys()) if (isBelow(key, path)) this.#requests.delete(key);
  }

  #requestsOf(path: string): JournalRecordOf<"waiting">[] {
    let requests = this.#requests.get(path);
    if (requests === undefined) {
      requests = [...(this.#run.history?.requestsOf(path) ?? [])];
      this.#requests.set(path, requests);
    }
    return requests;
  }

  async #make(activation: Activation, wait: WaitRequest): Promise<JournalRecordOf<"waiting">> {
    const { path } = activation;
    const made = (this.#made.get(path) ?? this.#run.history?.requestsMade(path) ?? 0) + 1;
    this.#made.set(path, made);
    const record = { kind: "waiting", at: this.#run.clock.now(), path, request: made, wait } as const;
    this.#requestsOf(path).push(record);
    await this.#run.append(record);
    activation.emit(wait.escalated ? "human.escalated" : "human.requested", { request: made, ...wait });
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
      this.#open.set(id, (signal) => {
        forget();
        cancelTimer?.();
        activation.idle(false);
        resolve(signal);
      });
    });
  }

  /** The deadline races with answers from other processes, so the store decides which came first. */
  #expire({ path }: Activation, id: string): void {
    const run = this.#run;
    const at = run.clock.now();
    run.activity.begin();
    run.store
      .signal(run.id, { id, path, value: deadlinePassed, by: null, at })
      .then(({ signal }) => this.deliver(signal))
      .catch(run.onOwnershipLost)
      .finally(() => run.activity.end());
  }
}
