import { storeClosed, type Clock } from "@ice/core";
import type { StoppingClock } from "./stopping-clock.ts";
import { away } from "./fleet-tables.ts";

/** What happens to a call of the store before it is made. `crashAfter`: the process dies once it is done, before it is answered. */
export type CallFault = "keep" | "reject" | "crashBefore" | "crashAfter";

export interface ConnectionOptions {
  /** That of the tables: what was sent arrives whatever becomes of its process. */
  readonly clock: Pick<Clock, "setTimer">;
  readonly process: StoppingClock;
  readonly random: () => number;
  /** Maximum time until a call arrives, in milliseconds; 0: at once. */
  readonly latencyMs: number;
  /** How long the tables stay away, in milliseconds; 0: they are there. */
  readonly awayForMs: () => number;
  /** How long a call is tried again while they are away, in milliseconds. */
  readonly patienceMs: number;
  readonly fault: (name: string) => CallFault;
  /** Ends the process. */
  readonly kill: () => void;
}

/** How one process reaches the tables: with a delay, with outages, and not beyond its end. */
export class Connection {
  readonly url = "test:fleet";
  readonly #options: ConnectionOptions;
  #state: "open" | "closed" | "dead" = "open";

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /**
   * Does one transaction.
   *
   * @param isPatient - whether it is tried again while the tables are away. Default true.
   * @throws IceError `ICE_STORE_UNAVAILABLE`, and what the transaction throws.
   */
  call<T>(name: string, work: () => T | Promise<T>, isPatient = true): Promise<T> {
    if (this.#state === "closed") return Promise.reject(storeClosed(this.url));
    if (this.#state === "dead") return never();
    const { fault, kill, random, latencyMs, process, patienceMs } = this.#options;
    const decided = fault(name);
    if (decided === "crashBefore" || decided === "crashAfter") {
      if (decided === "crashAfter") void this.#attempt(work).catch(() => {});
      kill();
      return never();
    }
    if (decided === "reject") return Promise.reject(away());
    return new Promise<T>((resolve, reject) => {
      const answer = (done: Promise<T>): void => {
        done.then(
          (value) => process.deliver(() => resolve(value)),
          (error: unknown) => process.deliver(() => reject(error as Error)),
        );
      };
      const arrive = (patience: number): void => {
        const { awayForMs } = this.#options;
        // What was on its way when the process died may be lost.
        if (this.#state === "dead" && random() < 0.5) return;
        const ms = awayForMs();
        if (ms === 0) return answer(this.#attempt(work));
        if (ms < patience) return this.#later(ms + Math.floor(random() * 50), () => arrive(patience - ms));
        this.#later(patience, () => answer(Promise.reject(away())));
      };
      this.#later(Math.floor(random() * (latencyMs + 1)), () => arrive(isPatient ? patienceMs : 0));
    });
  }

  close(): void {
    if (this.#state === "open") this.#state = "closed";
  }

  die(): void {
    this.#state = "dead";
  }

  #later(ms: number, callback: () => void): void {
    if (ms <= 0) callback();
    else this.#options.clock.setTimer(ms, callback);
  }

  /** Errors are those of the call, whether thrown or rejected. */
  async #attempt<T>(work: () => T | Promise<T>): Promise<T> {
    return work();
  }
}

const never = <T>(): Promise<T> => new Promise(() => {});
