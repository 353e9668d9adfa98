import type { Allowance } from "@ice/core";
import type { BudgetMeter } from "./budget.ts";

/** Who waits until others give back what they have reserved of the budgets of a run, in order of arrival. */
export class ReservationLine {
  /** Each returns true once it has stopped waiting. */
  readonly #waiting: (() => boolean)[] = [];

  /**
   * Takes something at once, or when it is its turn and there is room.
   *
   * @param take - undefined as long as it has to wait.
   * @throws what `take` throws; the reason of the signal.
   */
  take<Taken>(take: () => Taken | undefined, signal: AbortSignal): Taken | Promise<Taken> {
    const atOnce = this.#waiting.length === 0 ? take() : undefined;
    return atOnce ?? this.wait(take, signal);
  }

  /** The same, behind those that wait already. */
  wait<Taken>(take: () => Taken | undefined, signal: AbortSignal): Promise<Taken> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const attempt = (): boolean => {
        try {
          const taken = take();
          if (taken === undefined) return false;
          resolve(taken);
        } catch (error) {
          reject(error);
        }
        signal.removeEventListener("abort", leave);
        return true;
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(attempt), 1);
        reject(signal.reason as Error);
        this.#serve();
      };
      this.#waiting.push(attempt);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Reserves so much of each budget. Returns what gives it back; harmless when called again. */
  hold(meters: readonly BudgetMeter[], reserved: Allowance): () => void {
    for (const { inFlight } of meters) inFlight.add(reserved);
    let settled = false;
    return () => {
      if (settled) return;
      settled = true;
      for (const { inFlight } of meters) inFlight.remove(reserved);
      this.#serve();
    };
  }

  #serve(): void {
    while (this.#waiting[0]?.() === true) this.#waiting.shift();
  }
}
