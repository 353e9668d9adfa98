import type { Runtime, WorkflowFactory } from "@ice/core";
import { BlueprintWorkflow } from "./workflow.ts";

/** Creates workflows on one runtime, for layers that do not import the orchestrator. */
export const createWorkflowFactory = (runtime: Runtime): WorkflowFactory => ({
  create: (blueprint, references) => new BlueprintWorkflow(blueprint, { ...references, runtime }),
});
