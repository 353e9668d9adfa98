import { defaultOwnerLimits, type NodeType } from "@ice/core";
import { Compiler } from "../plan/compiler.ts";
import { Bounds } from "../run/bounds.ts";
import { composeNode } from "../run/interceptors/pipeline.ts";
import { Pace } from "../scheduling/pace.ts";
import type { EngineOptions } from "./engine-options.ts";
import { Engine } from "./engine.ts";
import { DetachedRuns } from "./detached-runs.ts";
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
    compiler: new Compiler(options, { runMember, composeNode }),
    starting: new StartingRuns(),
    live: new LiveRuns(),
    detached: new DetachedRuns({ ...defaultOwnerLimits, ...options.limits }.detachedRuns),
  });
  return engine;
}
