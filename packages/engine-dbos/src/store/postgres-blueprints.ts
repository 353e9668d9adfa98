import type {
  BlueprintInfo,
  BlueprintPage,
  BlueprintPageQuery,
  BlueprintStore,
  JsonObject,
  PutBlueprintOptions,
  StoredBlueprint,
} from "@ice/core";
import {
  blueprintInfoOf,
  blueprintOf,
  blueprintStoreLimits,
  finishInTurns,
  isNewRevision,
  newRevision,
  pageLimit,
  requireCurrent,
  revisionAfter,
  tooManyBlueprints,
  type BlueprintRow,
} from "@ice/core/internal";
import type { Queries } from "./database.ts";
import { digests, encoding } from "./digests.ts";
import { lockName } from "./locks.ts";
import type { StoreDatabase } from "./store-database.ts";

const columns = "name, version, revision, hash, created_at, created_by";

/** The largest `integer` of Postgres. */
const maxInteger = 2 ** 31 - 1;

/** The blueprints of one tenant in a database. */
export class PostgresBlueprints implements BlueprintStore {
  readonly #store: StoreDatabase;
  readonly #tenant: string;

  constructor(store: StoreDatabase, tenant: string) {
    this.#store = store;
    this.#tenant = tenant;
  }

  async list({ limit, after = "" }: BlueprintPageQuery = {}): Promise<BlueprintPage> {
    const count = pageLimit(limit);
    // A name may have a thousand revisions: the index finds the next one without reading them.
    const rows = await this.#store.opened.all<BlueprintRow>(
      `WITH RECURSIVE names (name, n) AS (
        SELECT min(name), 1 FROM blueprints WHERE tenant = $1 AND name > $2
        UNION ALL
        SELECT (SELECT min(name) FROM blueprints WHERE tenant = $1 AND name > names.name), n + 1 FROM names
        WHERE name IS NOT NULL AND n < $3
      )
      SELECT current.* FROM names CROSS JOIN LATERAL (
        SELECT ${columns} FROM blueprints WHERE tenant = $1 AND blueprints.name = names.name ORDER BY revision DESC LIMIT 1
      ) AS current ORDER BY n`,
      this.#tenant,
      after,
      count + 1,
    );
    return this.#pageOf(rows, count, ({ name }) => name);
  }

  async get(
    name: string,
    { revision }: { readonly revision?: number | undefined } = {},
  ): Promise<StoredBlueprint | undefined> {
    this.#store.assertOpen();
    if (revision !== undefined && !(Number.isInteger(revision) && revision > 0 && revision <= maxInteger))
      return undefined;
    const row = await this.#store.opened.get<BlueprintRow & { readonly body: string }>(
      `SELECT ${columns}, body FROM blueprints WHERE tenant = $1 AND name = $2 AND revision = coalesce($3, revision)
        ORDER BY revision DESC LIMIT 1`,
      this.#tenant,
      name,
      revision ?? null,
    );
    return row && finishInTurns(blueprintOf(this.#store.url, digests, row), this.#store.options.timeSlice);
  }

  async revisions(name: string, query: BlueprintPageQuery = {}): Promise<BlueprintPage> {
    const count = pageLimit(query.limit);
    const before = Math.min(revisionAfter(query), maxInteger);
    const rows = await this.#store.opened.all<BlueprintRow>(
      `SELECT ${columns} FROM blueprints WHERE tenant = $1 AND name = $2 AND revision < $3 ORDER BY revision DESC LIMIT $4`,
      this.#tenant,
      name,
      before,
      count + 1,
    );
    return this.#pageOf(rows, count, ({ revision }) => `${revision}`);
  }

  /** Compares the hash in the transaction that stores the revision: of two processes, one finds the revision of the other. */
  async put(blueprint: JsonObject, options: PutBlueprintOptions): Promise<StoredBlueprint> {
    this.#store.assertOpen();
    const { timeSlice } = this.#store.options;
    const given = await newRevision(blueprint, options, { digests, timeSlice });
    const { body } = encoding.encode(given.blueprint, []);
    const { name, version, hash } = given;
    return this.#change(async (queries, attempt) => {
      const current = await this.#currentOf(queries, name);
      // The answer to an earlier attempt may have been lost.
      const isWritten = attempt > 0 && current?.hash === hash;
      if (isWritten || !isNewRevision(given, current, options.ifMatch))
        return Object.freeze({ ...current!, blueprint: given.blueprint }); // it has this content
      if (current === undefined && (await this.#isFull(queries))) throw tooManyBlueprints();
      const revision = (current?.revision ?? 0) + 1;
      await queries.run(
        `INSERT INTO blueprints (tenant, name, revision, version, hash, created_at, created_by, body)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        this.#tenant,
        name,
        revision,
        version,
        hash,
        options.at,
        options.by,
        body,
      );
      await queries.run(
        "DELETE FROM blueprints WHERE tenant = $1 AND name = $2 AND revision <= $3",
        this.#tenant,
        name,
        revision - blueprintStoreLimits.revisions,
      );
      return Object.freeze({ ...given, revision, createdAt: options.at, createdBy: options.by });
    });
  }

  async delete(name: string, { ifMatch }: { readonly ifMatch: string }): Promise<void> {
    await this.#change(async (queries, attempt) => {
      const current = await this.#currentOf(queries, name);
      if (current === undefined && attempt > 0) return;
      requireCurrent(name, current, ifMatch);
      await queries.run("DELETE FROM blueprints WHERE tenant = $1 AND name = $2", this.#tenant, name);
    });
  }

  /** Changes of the blueprints of a tenant come one after the other. */
  #change<T>(work: (queries: Queries, attempt: number) => Promise<T>): Promise<T> {
    return this.#store.opened.transact(async (queries, attempt) => {
      await lockName(queries, this.#store.database.schema, "blueprints", this.#tenant);
      return work(queries, attempt);
    });
  }

  async #currentOf(queries: Queries, name: string): Promise<BlueprintInfo | undefined> {
    const row = await queries.get<BlueprintRow>(
      `SELECT ${columns} FROM blueprints WHERE tenant = $1 AND name = $2 ORDER BY revision DESC LIMIT 1`,
      this.#tenant,
      name,
    );
    return row && blueprintInfoOf(this.#store.url, row);
  }

  /** Whether the tenant has as many blueprints as it may have. Most have fewer revisions than that, so names need not be counted. */
  async #isFull(queries: Queries): Promise<boolean> {
    const limit = blueprintStoreLimits.blueprints;
    const some = "SELECT count(*) AS count FROM (SELECT 1 FROM blueprints WHERE tenant = $1 LIMIT $2) AS found";
    const rows = await queries.get<{ count: number }>(some, this.#tenant, limit);
    if (rows!.count < limit) return false; // a count has one row
    const all = "SELECT count(DISTINCT name) AS count FROM blueprints WHERE tenant = $1";
    return (await queries.get<{ count: number }>(all, this.#tenant))!.count >= limit;
  }

  #pageOf(rows: readonly BlueprintRow[], count: number, end: (last: BlueprintInfo) => string): BlueprintPage {
    const blueprints = rows.slice(0, count).map((row) => blueprintInfoOf(this.#store.url, row));
    return { blueprints, ...(rows.length > count && { next: end(blueprints.at(-1)!) }) };
  }
}
