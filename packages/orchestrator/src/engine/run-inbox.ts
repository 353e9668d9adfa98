import type { IceError, RunOwner, Signal } from "@ice/core";
import type { LiveRun } from "./live-run.ts";

/** Passes notifications of the store to a run. Those that arrive before the run exists are kept for it. */
export class RunInbox implements RunOwner {
  #live: LiveRun | undefined;
  readonly #early: ((live: LiveRun) => void)[] = [];

  attach(live: LiveRun): void {
    this.#live = live;
    for (const deliver of this.#early.splice(0)) deliver(live);
  }

  onSignal(signal: Signal): void {
    this.#reach(({ run }) => run.deliver(signal));
  }

  onCancel(reason: string): void {
    this.#reach((live) => live.cancel(reason));
  }

  onLost(error: IceError): void {
    this.#reach(({ run }) => run.onOwnershipLost(error));
  }

  #reach(deliver: (live: LiveRun) => void): void {
    if (this.#live === undefined) this.#early.push(deliver);
    else deliver(this.#live);
  }
}
