import { IceError } from "@ice/core";

/** Maximum nesting of sub-workflows; stops a workflow that calls itself without end. */
const maxDepth = 32;

/** @param depth - how many workflows are around it, also across detached runs. @throws IceError `ICE_DEPTH_LIMIT`. */
export function checkDepth(depth: number, workflow: string): void {
  if (depth <= maxDepth) return;
  throw new IceError("ICE_DEPTH_LIMIT", `Workflow "${workflow}" nests deeper than ${maxDepth} sub-workflows.`, {
    fix: "end the recursion with a condition, or use a recursive node",
  });
}
