import type { ChildrenResult, IceError, JsonObject } from "@ice/core";
import type { WorkflowStop } from "./workflow-stop.ts";

/** Why a workflow ended. */
export type WorkflowEnding =
  | { readonly status: "completed"; readonly error?: undefined }
  | { readonly status: "failed"; readonly error: IceError }
  | { readonly status: "cancelled"; readonly error?: IceError };

/** How one workflow ended. */
export type WorkflowOutcome = WorkflowEnding & {
  /** Its declared outputs, or else the outputs of its nodes. Created when it is first read. */
  readonly output: JsonObject;
  /** True if `output` is that of its nodes. */
  readonly ofNodes: boolean;
};

/** The error code of a cancelled run. */
const cancelledCode = "ICE_RUN_CANCELLED";

/** @param stop - what stopped the workflow as a whole, if anything did: it decides. */
export function workflowEnding(stop: WorkflowStop | undefined, { status, error }: ChildrenResult): WorkflowEnding {
  if (stop?.end !== undefined) {
    const { error: ofEnd } = stop.end;
    return ofEnd === undefined ? { status: "completed" } : { status: "failed", error: ofEnd };
  }
  if (stop !== undefined)
    return { status: stop.error.code === cancelledCode ? "cancelled" : "failed", error: stop.error };
  if (error !== undefined) return { status: "failed", error };
  return { status: status === "cancelled" ? "cancelled" : "completed" };
}

export const withoutOutput = (ending: WorkflowEnding): WorkflowOutcome => ({ ...ending, output: {}, ofNodes: false });

export const withOutputsOfNodes = (ending: WorkflowEnding, nodes: ChildrenResult): WorkflowOutcome => ({
  ...ending,
  ofNodes: true,
  get output() {
    return nodes.outputs;
  },
});
