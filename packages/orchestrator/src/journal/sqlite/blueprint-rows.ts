import type {
  BlueprintInfo,
  BlueprintPage,
  BlueprintPageQuery,
  Json,
  JsonObject,
  PutBlueprintOptions,
  StoredBlueprint,
} from "@ice/core";
import {
  blueprintStoreLimits,
  type Steps,
  hashOf,
  isNewRevision,
  requireCurrent,
  revisionAfter,
  tooManyBlueprints,
  versionUnder,
  type NewRevision,
  pageLimit,
  freezeParsed,
  damaged,
} from "@ice/core/internal";
import { z } from "zod";
import type { Database } from "./database.ts";
import { lastMoment } from "./list-runs.ts";
import { digests } from "../digests.ts";

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

type InfoRow = z.input<typeof rowSchema>;

/** A blueprint of a tenant. */
interface BlueprintKey {
  readonly tenant: string;
  readonly name: string;
}

const columns = "name, version, revision, hash, created_at, created_by";

/** The current revision. @throws IceError `ICE_STORE_CORRUPT`. */
function currentOf(database: Database, { tenant, name }: BlueprintKey): BlueprintInfo | undefined {
  const row = database.get<InfoRow>(
    `SELECT ${columns} FROM blueprints WHERE tenant = ? AND name = ? ORDER BY revision DESC LIMIT 1`,
    tenant,
    name,
  );
  return row && infoOf(database, row);
}

/** The current revisions by name; those that are stored meanwhile may be missing. @throws IceError `ICE_STORE_CORRUPT`. */
export function* listBlueprints(database: Database, tenant: string, query: BlueprintPageQuery): Steps<BlueprintPage> {
  const limit = pageLimit(query.limit);
  const blueprints: BlueprintInfo[] = [];
  for (let after = query.after ?? ""; ;) {
    // A name may have a thousand revisions: the index finds the next one without reading them.
    const sql = "SELECT min(name) AS name FROM blueprints WHERE tenant = ? AND name > ?";
    const { name } = database.get<{ name: string | null }>(sql, tenant, after)!;
    if (name === null) return { blueprints };
    if (blueprints.length === limit) return { blueprints, next: after };
    const current = currentOf(database, { tenant, name });
    if (current !== undefined) blueprints.push(current);
    after = name;
    yield;
  }
}

/** The revisions of a blueprint, the newest first. @throws IceError `ICE_CURSOR_INVALID`, `ICE_STORE_CORRUPT`. */
export function* listRevisions(
  database: Database,
  { tenant, name }: BlueprintKey,
  query: BlueprintPageQuery,
): Steps<BlueprintPage> {
  const limit = pageLimit(query.limit);
  const rows = database.all<InfoRow>(
    `SELECT ${columns} FROM blueprints WHERE tenant = ? AND name = ? AND revision < ? ORDER BY revision DESC LIMIT ?`,
    tenant,
    name,
    revisionAfter(query),
    limit + 1,
  );
  const blueprints: BlueprintInfo[] = [];
  for (const row of rows.slice(0, limit)) {
    blueprints.push(infoOf(database, row));
    yield;
  }
  return { blueprints, ...(rows.length > limit && { next: `${blueprints.at(-1)!.revision}` }) };
}

/**
 * A revision with its content, by default the current one.
 *
 * @throws IceError `ICE_STORE_CORRUPT`, also if the content is not the one that was stored.
 */
export function* readBlueprint(
  database: Database,
  { tenant, name }: BlueprintKey,
  revision?: number,
): Steps<StoredBlueprint | undefined> {
  const row = database.get<InfoRow & { readonly body: string }>(
    `SELECT ${columns}, body FROM blueprints WHERE tenant = ? AND name = ?
      ${revision === undefined ? "" : "AND revision = ?"} ORDER BY revision DESC LIMIT 1`,
    tenant,
    name,
    ...(revision === undefined ? [] : [revision]),
  );
  if (row === undefined) return undefined;
  const info = infoOf(database, row);
  const what = nameOf(row);
  const blueprint = contentOf(database, row.body, what);
  if ((yield* hashOf(blueprint, digests)) !== info.hash) throw damaged(database.path, `${what} has a different hash`);
  if (versionUnder(name, blueprint) !== info.version)
    throw damaged(database.path, `${what} has a different name or version`);
  return Object.freeze({ ...info, blueprint });
}

/**
 * Stores a revision, unless its content is the current one, and drops those that are no longer kept. In a transaction.
 *
 * @throws IceError `ICE_BLUEPRINT_EXISTS`, `ICE_BLUEPRINT_NOT_FOUND`, `ICE_PRECONDITION_FAILED`, `ICE_STORE_FULL`.
 */
export function putBlueprint(
  database: Database,
  tenant: string,
  given: NewRevision & { readonly body: string },
  { by, ifMatch, at }: PutBlueprintOptions,
): StoredBlueprint {
  const { body, ...content } = given;
  const { name, version, hash, blueprint } = content;
  const current = currentOf(database, { tenant, name });
  if (!isNewRevision(given, current, ifMatch)) return Object.freeze({ ...current!, blueprint }); // it has this content
  if (current === undefined && isFull(database, tenant)) throw tooManyBlueprints();
  const revision = (current?.revision ?? 0) + 1;
  database.run(
    `INSERT INTO blueprints (tenant, name, revision, version, hash, created_at, created_by, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    tenant,
    name,
    revision,
    version,
    hash,
    at,
    by,
    body,
  );
  database.run(
    "DELETE FROM blueprints WHERE tenant = ? AND name = ? AND revision <= ?",
    tenant,
    name,
    revision - blueprintStoreLimits.revisions,
  );
  return Object.freeze({ ...content, revision, createdAt: at, createdBy: by });
}

/** Deletes a blueprint. In a transaction. @throws IceError `ICE_BLUEPRINT_NOT_FOUND`, `ICE_PRECONDITION_FAILED`. */
export function deleteBlueprint(database: Database, { tenant, name }: BlueprintKey, ifMatch: string): void {
  requireCurrent(name, currentOf(database, { tenant, name }), ifMatch);
  database.run("DELETE FROM blueprints WHERE tenant = ? AND name = ?", tenant, name);
}

/** Whether a tenant has as many blueprints as it may have. Most have fewer revisions than that, so their names need not be counted. */
function isFull(database: Database, tenant: string): boolean {
  const limit = blueprintStoreLimits.blueprints;
  const rows = database.get<{ count: number }>(
    "SELECT count(*) AS count FROM (SELECT 1 FROM blueprints WHERE tenant = ? LIMIT ?)",
    tenant,
    limit,
  )!;
  return rows.count === limit && countNames(database, tenant) >= limit;
}

/** One look into the index for each name, however many revisions it has. */
const countNames = (database: Database, tenant: string): number =>
  database.get<{ count: number }>(
    `WITH RECURSIVE names (name) AS (
      SELECT min(name) FROM blueprints WHERE tenant = ?1
      UNION ALL
      SELECT (SELECT min(name) FROM blueprints WHERE tenant = ?1 AND name > names.name) FROM names WHERE name IS NOT NULL
    ) SELECT count(name) AS count FROM names`,
    tenant,
  )!.count;

const nameOf = ({ name, revision }: InfoRow): string => `revision ${revision} of the blueprint "${name}"`;

function infoOf({ path }: Database, row: InfoRow): BlueprintInfo {
  const { data, error } = rowSchema.safeParse(row);
  if (data === undefined) throw damaged(path, `${nameOf(row)} has an unexpected shape`, error);
  return data;
}

function contentOf({ path }: Database, body: string, what: string): JsonObject {
  let content: Json;
  try {
    content = JSON.parse(body) as Json;
  } catch (cause) {
    throw damaged(path, `${what} is not JSON`, cause);
  }
  if (!freezeParsed(content)) throw damaged(path, `${what} has a key \`__proto__\``);
  return content as JsonObject;
}
