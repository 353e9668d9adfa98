import type { Json } from "../json/json.ts";

/** Where a reference to a sub-workflow leads. */
export interface PinnedWorkflow {
  readonly key: string;
  readonly data: Json;
  readonly base: string | undefined;
}

/** Sub-workflows by reference, as stored with a run, so that later changes to files and registered workflows have no effect. */
export type PinnedWorkflows = ReadonlyMap<string, PinnedWorkflow>;

/** A reference together with the file that contains it: `./a.yaml` refers to different files in different places. */
export const referenceKey = (ref: string, base: string | undefined): string => JSON.stringify([base ?? null, ref]);
