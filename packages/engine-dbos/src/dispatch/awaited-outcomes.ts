import type { PlacedListener, PlacedResult } from "@ice/core";
import { cancelled, decodeOutcome } from "./job-outcome.ts";
import { decodeStep } from "./job-step.ts";
import { Looks } from "./looks.ts";
import type { Timers } from "./system-timers.ts";

/** A job that a run of this process waits for. */
interface AwaitedJob {
  readonly job: string;
  /** Id of the worker that was reported as the one that has taken it. */
  readonly worker: string | undefined;
}

/** What is new about a job: who has taken it, or that it is over. */
export interface FoundJob {
  readonly job: string;
  /** Id of the worker that has taken it last. */
  readonly worker?: string | null;
  readonly isOver: boolean;
  /** The outcome as it was written; null if there is none, as its run is gone or it is not over. */
  readonly body: string | null;
  /** Its steps as they were written, once it is over. */
  readonly steps?: readonly string[] | null;
}

export type FindJobs = (jobs: readonly AwaitedJob[]) => Promise<readonly FoundJob[]>;

interface Awaited extends PromiseWithResolvers<PlacedResult>, PlacedListener {
  /** Id of the worker that was reported as the one that has taken it. */
  worker?: string;
}

/** Outcomes that runs of this process wait for, and the workers that take the jobs: one question for all of them. */
export class AwaitedOutcomes {
  readonly #find: FindJobs;
  readonly #waiting = new Map<string, Awaited>();
  readonly #looks: Looks;

  /**
   * @param find - those of some jobs of which something is new.
   * @param lookMs - interval in which is looked for outcomes that no note has announced.
   */
  constructor(find: FindJobs, lookMs: number, timers?: Timers) {
    this.#find = find;
    this.#looks = new Looks({ isNeeded: () => this.#waiting.size > 0, look: () => this.#look() }, lookMs, timers);
  }

  /** Resolves with the outcome and the steps of a job, whichever process has written them. */
  of(job: string, listener: PlacedListener = {}): Promise<PlacedResult> {
    const waiting = this.#waiting.get(job) ?? { ...Promise.withResolvers<PlacedResult>(), ...listener };
    this.#waiting.set(job, waiting);
    this.#looks.look();
    return waiting.promise;
  }

  /** No one waits for it any more. */
  forget(job: string): void {
    this.#waiting.delete(job);
  }

  /** There may be outcomes now. */
  look(): void {
    this.#looks.look();
  }

  close(): void {
    this.#looks.stop();
    this.#waiting.clear();
  }

  async #look(): Promise<void> {
    const jobs = Array.from(this.#waiting, ([job, { worker }]) => ({ job, worker }));
    for (const { job, worker, isOver, body, steps } of await this.#find(jobs)) {
      const waiting = this.#waiting.get(job);
      if (waiting !== undefined && typeof worker === "string" && worker !== waiting.worker) {
        waiting.worker = worker;
        waiting.onClaimed?.(worker);
      }
      if (!isOver) continue;
      // Without its run a job has no outcome any more.
      this.#waiting.delete(job);
      try {
        waiting?.resolve({ ...decodeOutcome(body ?? cancelled), steps: steps?.map(decodeStep) });
      } catch (error) {
        waiting?.reject(error);
      }
    }
  }
}
