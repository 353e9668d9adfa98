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
  blueprintStoreLimits,
  isNewRevision,
  newRevision,
  requireCurrent,
  revisionAfter,
  tooManyBlueprints,
  pageLimit,
} from "@ice/core/internal";
import { digests } from "./digests.ts";

/** The blueprints of one tenant, for the lifetime of the process. */
export class MemoryBlueprints implements BlueprintStore {
  readonly #assertOpen: () => void;
  /** Revisions by name, the oldest first. */
  readonly #kept = new Map<string, StoredBlueprint[]>();

  /** @param assertOpen - throws if the store is closed. */
  constructor(assertOpen: () => void) {
    this.#assertOpen = assertOpen;
  }

  async list(query: BlueprintPageQuery = {}): Promise<BlueprintPage> {
    this.#assertOpen();
    const { after = "" } = query;
    const names = [...this.#kept.keys()].filter((name) => name > after).toSorted((a, b) => (a < b ? -1 : 1));
    return pageOf(
      names.map((name) => this.#current(name)!),
      query,
      ({ name }) => name,
    );
  }

  async get(
    name: string,
    { revision }: { readonly revision?: number | undefined } = {},
  ): Promise<StoredBlueprint | undefined> {
    this.#assertOpen();
    if (revision === undefined) return this.#current(name);
    return this.#kept.get(name)?.find((kept) => kept.revision === revision);
  }

  async revisions(name: string, query: BlueprintPageQuery = {}): Promise<BlueprintPage> {
    this.#assertOpen();
    const before = revisionAfter(query);
    const kept = (this.#kept.get(name) ?? []).filter(({ revision }) => revision < before);
    return pageOf(kept.toReversed(), query, ({ revision }) => `${revision}`);
  }

  async put(blueprint: JsonObject, options: PutBlueprintOptions): Promise<StoredBlueprint> {
    this.#assertOpen();
    const given = await newRevision(blueprint, options, { digests });
    this.#assertOpen();
    const { name } = given;
    const current = this.#current(name);
    if (!isNewRevision(given, current, options.ifMatch)) return current!; // the content is that of a revision
    if (current === undefined && this.#kept.size >= blueprintStoreLimits.blueprints) throw tooManyBlueprints();
    const stored: StoredBlueprint = Object.freeze({
      ...given,
      revision: (current?.revision ?? 0) + 1,
      createdAt: options.at,
      createdBy: options.by,
    });
    const revisions = this.#kept.get(name) ?? [];
    revisions.push(stored);
    if (revisions.length > blueprintStoreLimits.revisions) revisions.shift();
    this.#kept.set(name, revisions);
    return stored;
  }

  async delete(name: string, { ifMatch }: { readonly ifMatch: string }): Promise<void> {
    this.#assertOpen();
    requireCurrent(name, this.#current(name), ifMatch);
    this.#kept.delete(name);
  }

  #current(name: string): StoredBlueprint | undefined {
    return this.#kept.get(name)?.at(-1);
  }
}

function pageOf(
  selected: readonly StoredBlueprint[],
  query: BlueprintPageQuery,
  endOf: (last: BlueprintInfo) => string,
): BlueprintPage {
  const limit = pageLimit(query.limit);
  const blueprints = selected.slice(0, limit).map(infoOf);
  return { blueprints, ...(selected.length > limit && { next: endOf(blueprints.at(-1)!) }) };
}

const infoOf = ({ name, version, revision, hash, createdAt, createdBy }: StoredBlueprint): BlueprintInfo => ({
  name,
  version,
  revision,
  hash,
  createdAt,
  createdBy,
});
