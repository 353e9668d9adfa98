import type { OwnerLimits } from "./owner-limits.ts";
import type { BlueprintStore } from "../journal/blueprint-store.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { HumanTaskService } from "./human-task-service.ts";
import type { NetworkCoordinatorFactory } from "./network-coordinator-factory.ts";
import type { RunFeed } from "./run-feed.ts";
import type { RunViews } from "./run-views.ts";
import type { ToolExecutionService } from "./tool-execution-service.ts";
import type { WorkflowExecutionService } from "./workflow-execution-service.ts";
import type { WorkflowFactory } from "./workflow-factory.ts";

/** What one tenant can see and do: runs of others do not exist for these services. */
export interface TenantServices {
  readonly tenant: string;
  readonly runs: WorkflowExecutionService;
  readonly views: RunViews;
  readonly tasks: HumanTaskService;
  readonly networks: NetworkCoordinatorFactory;
  readonly tools: ToolExecutionService;
  readonly factory: WorkflowFactory;
  readonly blueprints: BlueprintStore;
  readonly feed: RunFeed;
  /** The bounds that the owner of the process has set for all tenants, with the defaults of the others. */
  readonly limits: OwnerLimits;
}

/** Finds the services of a tenant. The services of the runtime itself are those of the orchestrator's tenant. */
export interface Tenants {
  /**
   * @param tenant - 1 to 63 of `a`-`z`, `0`-`9` and `-`, starting with a letter or digit. A tenant need not exist before its first run.
   * @throws IceError `ICE_USAGE` for another name.
   */
  of(tenant: string): TenantServices;
}

export const Tenants: ServiceKey<Tenants> = serviceKey("tenants");
