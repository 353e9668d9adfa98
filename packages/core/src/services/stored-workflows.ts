import type { BlueprintStore, StoredBlueprint } from "../journal/blueprint-store.ts";
import type { JsonObject } from "../json/json.ts";
import { finishInTurns, type Steps } from "../time/steps.ts";
import type { NamedBlueprint } from "./workflow-factory.ts";

/** Most stored blueprints that one blueprint reaches. */
const maxWorkflows = 1000;

/** Finds stored blueprints by name; see `WorkflowOptions.workflows`. */
export type StoredWorkflows = (ref: string) => NamedBlueprint | undefined;

/** A stored blueprint: the newest revision, or the newest with a version. @param ref - `name` or `name@version`. */
export async function findStored(blueprints: BlueprintStore, ref: string): Promise<StoredBlueprint | undefined> {
  const at = ref.lastIndexOf("@");
  if (at <= 0) return blueprints.get(ref);
  const [name, version] = [ref.slice(0, at), ref.slice(at + 1)];
  const { blueprints: revisions } = await blueprints.revisions(name, { limit: 1000 });
  const found = revisions.find((revision) => revision.version === version);
  return found === undefined ? undefined : blueprints.get(name, { revision: found.revision });
}

/**
 * Reads the stored blueprints that a blueprint refers to, and those that they refer to, so that the analysis finds them without waiting.
 *
 * @param isRegistered - whether the runtime has a workflow of this name, which comes first.
 */
export async function storedWorkflowsOf(
  blueprint: unknown,
  blueprints: BlueprintStore,
  isRegistered: (ref: string) => boolean,
): Promise<StoredWorkflows> {
  const found = new Map<string, NamedBlueprint | undefined>();
  const open = [...(await finishInTurns(referencesIn(blueprint)))];
  for (let ref = open.pop(); ref !== undefined && found.size < maxWorkflows; ref = open.pop()) {
    if (found.has(ref) || isRegistered(ref)) continue;
    const stored = await findStored(blueprints, ref);
    found.set(ref, stored?.blueprint as NamedBlueprint | undefined);
    // One by one: there may be more of them than a call has room for.
    if (stored !== undefined) for (const next of await finishInTurns(referencesIn(stored.blueprint))) open.push(next);
  }
  return (ref) => found.get(ref);
}

/** Parts that are looked at between two pauses: at most 0.1 ms. */
const partsBetweenPauses = 500;

/** Texts that may name workflows: whatever a field `workflowRef` or `ref` contains, but no paths of files. */
function* referencesIn(blueprint: unknown): Steps<ReadonlySet<string>> {
  const references = new Set<string>();
  let parts = 0;
  const open: unknown[] = [blueprint];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== "object" || part === null) continue;
    const object = part as JsonObject;
    for (const key of Object.keys(object)) {
      if ((parts += 1) % partsBetweenPauses === 0) yield;
      const value = object[key];
      if ((key === "workflowRef" || key === "ref") && isName(value)) references.add(value);
      else if (typeof value === "object" && value !== null) open.push(value);
    }
  }
  return references;
}

const isName = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 256 && !value.startsWith(".") && !value.includes("/");
