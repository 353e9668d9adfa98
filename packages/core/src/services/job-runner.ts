import type { PlacedJob, PlacedOutcome } from "../journal/run-dispatcher.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Executes attempts of nodes for runs that other processes own. */
export interface JobRunner {
  /**
   * Executes an attempt with the engine of this process. Its events are those of this process, and nothing is recorded: the owner of the
   * run gets the outcome.
   *
   * @param job - an attempt of a run of `tenant`.
   * @param signal - aborts the attempt; the outcome is an error `ICE_RUN_CANCELLED` then.
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_BLUEPRINT_INVALID` (a node type or tool of it is not here), `ICE_STORE_*`.
   */
  run(job: PlacedJob & { readonly tenant: string }, signal: AbortSignal): Promise<PlacedOutcome>;
}

export const JobRunner: ServiceKey<JobRunner> = serviceKey("jobRunner");
