import type { NodeType } from "@ice/core";
import { Compiler } from "../plan/compiler.ts";
import { Bounds } from "../run/bounds.ts";
import { composeAttempt } from "../run/interceptors/pipeline.ts";
import { Pace } from "../scheduling/pace.ts";
import type { EngineOptions } from "./engine-options.ts";
import { Engine } from "./engine.ts";
import { LiveRuns } from "./live-runs.ts";
import { StartingRuns } from "./starting-runs.ts";

/**
 * The engine for the tenant of a store.
 *
 * @param memberExecutor - runs a workflow of a network as a separate run.
 */
export function createEngine(
  options: EngineOptions,
  memberExecutor: (engineOf: (tenant: string) => Engine) => NodeType["execute"],
): Engine {
  const runMember = memberExecutor((tenant) => engine.forTenant(tenant));
  const engine = new Engine(options.store, {
    options,
    pace: new Pace(options.timeSlice),
    bounds: new Bounds(options.limits, options.timeSlice),
    compiler: new Compiler(options, { runMember, composeAttempt }),
    starting: new StartingRuns(),
    live: new LiveRuns(),
    detached: new Set(),
  });
  return engine;
}
