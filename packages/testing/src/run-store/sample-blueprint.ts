import type { BlueprintStore, Json, JsonObject, StoredBlueprint } from "@ice/core";

/** A blueprint with a node that differs by its content. */
export const blueprintOf = (name: string, v: Json = 1): JsonObject => ({
  schemaVersion: "ice/v1",
  name,
  nodes: [{ id: "n", v }],
});

/** Stores a new blueprint, or a revision in place of another one. */
export const put = (
  store: BlueprintStore,
  blueprint: JsonObject,
  ifMatch: string | null = null,
): Promise<StoredBlueprint> => store.put(blueprint, { by: "kim", at: 1000, ifMatch });

/** Stores a new blueprint with these contents one after the other. */
export async function putAll(store: BlueprintStore, name: string, contents: readonly Json[]): Promise<StoredBlueprint> {
  const [first, ...others] = contents;
  let last = await put(store, blueprintOf(name, first));
  for (const content of others) last = await put(store, blueprintOf(name, content), last.hash);
  return last;
}

export const namesIn = async (store: BlueprintStore): Promise<readonly string[]> =>
  (await store.list({ limit: 1000 })).blueprints.map(({ name }) => name);

export const revisionsIn = async (store: BlueprintStore, name: string): Promise<readonly number[]> =>
  (await store.revisions(name, { limit: 1000 })).blueprints.map(({ revision }) => revision);
