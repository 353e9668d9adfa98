import {
  defaultOwnerLimits,
  type Clock,
  type OwnerLimits,
  type Tenants,
  type ToolExecutionService,
  type WorkflowFactory,
} from "@ice/core";
import type { TimeSlice } from "@ice/core/internal";
import type { Engine } from "../engine/engine.ts";
import { createNetworkCoordinatorFactory } from "../network/network-coordinator.ts";
import { planOfHandle } from "../workflow/workflow.ts";
import { createRunFeed } from "./run-feed.ts";
import { createRunViews } from "./run-views.ts";
import { createHumanTaskService } from "./human-tasks.ts";
import { createWorkflowExecutionService } from "./workflow-execution.ts";

export interface TenantsOptions {
  readonly clock: Clock;
  readonly timeSlice: TimeSlice;
  readonly limits: Partial<OwnerLimits>;
  readonly tools: ToolExecutionService;
  readonly factory: WorkflowFactory;
}

/** The services of each tenant, on the engine for its runs. */
export function createTenants(engine: Engine, { clock, timeSlice, limits, tools, factory }: TenantsOptions): Tenants {
  return {
    of(tenant) {
      const own = engine.forTenant(tenant);
      const networks = createNetworkCoordinatorFactory(own);
      return {
        tenant,
        runs: createWorkflowExecutionService(own, planOfHandle),
        tasks: createHumanTaskService({ store: own.store, clock, timeSlice, ...limits }),
        networks,
        views: createRunViews(own, networks),
        tools,
        factory,
        get blueprints() {
          return own.store.blueprints;
        },
        feed: createRunFeed(own, timeSlice),
        limits: { ...defaultOwnerLimits, ...limits },
      };
    },
  };
}
