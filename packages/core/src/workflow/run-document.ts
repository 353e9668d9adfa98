import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import type { AnalyzedBlueprint } from "./analyzed-blueprint.ts";

/** Where a reference to a sub-workflow leads. */
interface PinnedWorkflow {
  readonly key: string;
  readonly data: Json;
  readonly base: string | undefined;
}

/** Sub-workflows by reference, as a run has kept them: files and registered workflows that change meanwhile do not matter. */
export type PinnedWorkflows = ReadonlyMap<string, PinnedWorkflow>;

/** Names a reference together with the file it stands in: `./a.yaml` means different files in different places. */
export const referenceKey = (ref: string, base: string | undefined): string => JSON.stringify([base ?? null, ref]);

/** A blueprint with every sub-workflow it reaches, as plain data: what a run needs to be continued without any file. */
export function toRunDocument(analyzed: AnalyzedBlueprint): JsonObject {
  const workflows: Record<string, Json> = {};
  for (const [key, { blueprint, base }] of analyzed.workflows)
    workflows[key] = { blueprint: blueprint as unknown as JsonObject, ...(base !== undefined && { base }) };
  return {
    blueprint: analyzed.blueprint as unknown as JsonObject,
    ...(analyzed.base !== undefined && { base: analyzed.base }),
    workflows,
    references: Object.fromEntries(analyzed.references),
  };
}

/** The other way round: what `analyzeBlueprint` takes. */
export function fromRunDocument(document: JsonObject): {
  readonly blueprint: Json;
  readonly base: string | undefined;
  readonly pinned: PinnedWorkflows;
} {
  const { blueprint = null, base, workflows = {}, references = {} } = document;
  const pinned = new Map<string, PinnedWorkflow>();
  for (const [reference, key] of Object.entries(references as JsonObject)) {
    const entry = typeof key === "string" ? (workflows as JsonObject)[key] : undefined;
    if (typeof key !== "string" || !isPlainObject(entry)) continue;
    const own = entry["base"];
    pinned.set(reference, {
      key,
      data: entry["blueprint"] ?? null,
      base: typeof own === "string" ? own : undefined,
    });
  }
  return { blueprint, base: typeof base === "string" ? base : undefined, pinned };
}
