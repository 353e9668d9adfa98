import type { RunsClient } from "@ice/client";
import type { NetworkResult } from "@ice/core";
import type { RunServices } from "../config/run-services.ts";
import type { FollowedRuns } from "./followed-runs.ts";
import { summaryOf } from "./summary-of.ts";

/** Networks of a server. */
export const remoteNetworks = (runs: RunsClient, followed: FollowedRuns): RunServices["networks"] => ({
  has: async (runId) => (await summaryOf(runs, runId)).kind === "network",
  show: (runId) => followed.show(runId) as Promise<NetworkResult>,
  resume: (runId, options = {}) => followed.resume(runId, options) as Promise<NetworkResult>,
});
