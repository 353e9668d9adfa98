import { serviceKey, type ServiceKey } from "@ice/core";
import type { Engine } from "./engine.ts";

/** Internal: the service by which `Workflow` finds its engine. */
export const WorkflowEngine: ServiceKey<Engine> = serviceKey("workflowEngine");
