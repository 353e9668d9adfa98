import type { Json } from "../json/json.ts";

/** Where a reference to a sub-workflow leads. */
export interface PinnedWorkflow {
  readonly key: string;
  readonly data: Json;
  readonly base: string | undefined;
}

/** Sub-workflows by reference, as a run has kept them: files and registered workflows that change meanwhile do not matter. */
export type PinnedWorkflows = ReadonlyMap<string, PinnedWorkflow>;

/** Names a reference together with the file it stands in: `./a.yaml` means different files in different places. */
export const referenceKey = (ref: string, base: string | undefined): string => JSON.stringify([base ?? null, ref]);
