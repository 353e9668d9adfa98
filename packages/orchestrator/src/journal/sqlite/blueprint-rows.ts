import type { BlueprintInfo, BlueprintPage, BlueprintPageQuery, PutBlueprintOptions, StoredBlueprint } from "@ice/core";
import {
  type BlueprintRow,
  blueprintInfoOf,
  blueprintOf,
  blueprintStoreLimits,
  type Steps,
  isNewRevision,
  requireCurrent,
  revisionAfter,
  tooManyBlueprints,
  type NewRevision,
  pageLimit,
} from "@ice/core/internal";
import { digests } from "../digests.ts";
import type { Database } from "./database.ts";

/** A blueprint of a tenant. */
interface BlueprintKey {
  readonly tenant: string;
  readonly name: string;
}

const columns = "name, version, revision, hash, created_at, created_by";

/** The current revision. @throws IceError `ICE_STORE_CORRUPT`. */
function currentOf(database: Database, { tenant, name }: BlueprintKey): BlueprintInfo | undefined {
  const row = database.get<BlueprintRow>(
    `SELECT ${columns} FROM blueprints WHERE tenant = ? AND name = ? ORDER BY revision DESC LIMIT 1`,
    tenant,
    name,
  );
  return row && blueprintInfoOf(database.path, row);
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
  const rows = database.all<BlueprintRow>(
    `SELECT ${columns} FROM blueprints WHERE tenant = ? AND name = ? AND revision < ? ORDER BY revision DESC LIMIT ?`,
    tenant,
    name,
    revisionAfter(query),
    limit + 1,
  );
  const blueprints: BlueprintInfo[] = [];
  for (const row of rows.slice(0, limit)) {
    blueprints.push(blueprintInfoOf(database.path, row));
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
  const row = database.get<BlueprintRow & { readonly body: string }>(
    `SELECT ${columns}, body FROM blueprints WHERE tenant = ? AND name = ?
      ${revision === undefined ? "" : "AND revision = ?"} ORDER BY revision DESC LIMIT 1`,
    tenant,
    name,
    ...(revision === undefined ? [] : [revision]),
  );
  if (row === undefined) return undefined;
  return yield* blueprintOf(database.path, digests, row);
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
