import { isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import type { AnalysisContext } from "./analysis.ts";
import type { AnalyzedBlueprint, AnalyzedScope } from "./analyzed-blueprint.ts";
import type { PinnedWorkflow } from "./pinned-workflows.ts";

/** A blueprint with every sub-workflow it reaches, as plain data: all that is needed to resume a run without any file. */
export function toRunDocument(analyzed: AnalyzedBlueprint): JsonObject {
  const { kind, blueprint, base, addedInputs } = analyzed;
  const reached = reachedFrom(analyzed);
  const workflows: Record<string, Json> = {};
  for (const key of reached) {
    const child = analyzed.workflows.get(key)!;
    workflows[key] = {
      blueprint: child.blueprint as unknown as JsonObject,
      ...(child.base !== undefined && { base: child.base }),
    };
  }
  return {
    ...(kind !== undefined && { kind }),
    blueprint: blueprint as unknown as JsonObject,
    ...(base !== undefined && { base }),
    ...(addedInputs.length > 0 && { addedInputs }),
    workflows,
    references: Object.fromEntries([...analyzed.references].filter(([, key]) => reached.has(key))),
  };
}

/** Keys of the sub-workflows that a blueprint reaches; it is analysed together with others. */
function reachedFrom({ nodes, workflows }: AnalyzedBlueprint): ReadonlySet<string> {
  const reached = new Set<string>();
  const scopes: AnalyzedScope[] = [nodes];
  for (let scope = scopes.pop(); scope !== undefined; scope = scopes.pop())
    for (const { workflowKey: key, children } of scope.nodes) {
      scopes.push(...children.values());
      if (key === undefined || reached.has(key)) continue;
      reached.add(key);
      scopes.push(workflows.get(key)!.nodes);
    }
  return reached;
}

/** The inverse: the blueprint, and the additional context for its analysis. */
export function fromRunDocument(document: JsonObject): {
  readonly kind: AnalyzedBlueprint["kind"];
  readonly blueprint: Json;
  readonly context: Pick<AnalysisContext, "base" | "pinned" | "addedInputs">;
} {
  const { blueprint = null, base, addedInputs = [], workflows = {}, references = {} } = document;
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
  const kind = document["kind"] === "network" ? "network" : undefined;
  const context = { pinned, addedInputs: addedInputs as readonly string[], ...(typeof base === "string" && { base }) };
  return { kind, blueprint, context };
}
