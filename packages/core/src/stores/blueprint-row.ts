import { z } from "zod";
import { freezeParsed } from "../json/freeze-parsed.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { BlueprintInfo, StoredBlueprint } from "../journal/blueprint-store.ts";
import { damaged } from "../journal/run-errors.ts";
import type { Steps } from "../time/steps.ts";
import { hashOf } from "./canonical-json.ts";
import type { Digests } from "./digests.ts";
import { versionUnder } from "./new-revision.ts";
import { lastMoment } from "./run-row.ts";

const rowSchema = z
  .object({
    name: z.string().min(1).max(128),
    version: z.string().min(1).max(200),
    revision: z.int().min(1),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    created_at: z.number().min(0).max(lastMoment),
    created_by: z.string().max(200),
  })
  .transform(({ created_at: createdAt, created_by: createdBy, ...row }): BlueprintInfo => ({
    ...row,
    createdAt,
    createdBy,
  }));

/** A revision of a blueprint as a row, without its content. */
export type BlueprintRow = z.input<typeof rowSchema>;

const nameOf = ({ name, revision }: BlueprintRow): string => `revision ${revision} of the blueprint "${name}"`;

/** The entry of a list. @param store - its path or address, for errors. @throws IceError `ICE_STORE_CORRUPT`. */
export function blueprintInfoOf(store: string, row: BlueprintRow): BlueprintInfo {
  const { data, error } = rowSchema.safeParse(row);
  if (data === undefined) throw damaged(store, `${nameOf(row)} has an unexpected shape`, error);
  return data;
}

/**
 * A revision with its content.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, also if the content is not the one that was stored.
 */
export function* blueprintOf(
  store: string,
  digests: Digests,
  row: BlueprintRow & { readonly body: string },
): Steps<StoredBlueprint> {
  const info = blueprintInfoOf(store, row);
  const what = nameOf(row);
  const blueprint = contentOf(store, row.body, what);
  if ((yield* hashOf(blueprint, digests)) !== info.hash) throw damaged(store, `${what} has a different hash`);
  if (versionUnder(row.name, blueprint) !== info.version)
    throw damaged(store, `${what} has a different name or version`);
  return Object.freeze({ ...info, blueprint });
}

function contentOf(store: string, body: string, what: string): JsonObject {
  let content: Json;
  try {
    content = JSON.parse(body) as Json;
  } catch (cause) {
    throw damaged(store, `${what} is not JSON`, cause);
  }
  if (!freezeParsed(content)) throw damaged(store, `${what} has a key \`__proto__\``);
  return content as JsonObject;
}
