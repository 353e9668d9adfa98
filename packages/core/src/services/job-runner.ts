import type { PlacedJob, PlacedOutcome, PlacedStep } from "../journal/run-dispatcher.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Executes attempts of nodes for runs that other processes own. */
export interface JobRunner {
  /**
   * Executes an attempt with the engine of this process. Its events are those of this process, and nothing is recorded: the owner of the
   * run gets the outcome.
   *
   * @param job - an attempt of a run of `tenant`.
   * @param signal - aborts the attempt; the outcome is an error `ICE_RUN_CANCELLED` then.
   * @param onStep - keeps a step of the attempt for the next one. The attempt goes on when it has; it must not reject. Default: steps
   * are lost with the attempt.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_BLUEPRINT_INVALID` (a node type or tool of it is not here), `ICE_STORE_*`.
   */
  run(
    job: PlacedJob & { readonly tenant: string },
    signal: AbortSignal,
    onStep?: (step: PlacedStep) => Promise<void>,
  ): Promise<PlacedOutcome>;
}

export const JobRunner: ServiceKey<JobRunner> = serviceKey("jobRunner");
