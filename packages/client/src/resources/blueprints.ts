import type { BlueprintInfo, Issue, StoredBlueprint } from "@ice/core";
import type { CallOptions, HttpClient } from "../http/http-client.ts";
import type { GivenBlueprint } from "./given-blueprint.ts";
import { pageQuery, type PageOptions } from "./page.ts";
import type { RunGraph } from "./run-graph.ts";

/** A blueprint that was stored, with its warnings. */
export interface SavedBlueprint extends BlueprintInfo {
  readonly issues: readonly Issue[];
}

/** A page of blueprints by name. */
export interface BlueprintListPage {
  readonly blueprints: readonly BlueprintInfo[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** A page of the revisions of a blueprint, the newest first. */
export interface RevisionListPage {
  readonly revisions: readonly BlueprintInfo[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** Names a revision. */
export interface RevisionOptions extends CallOptions {
  /** Default: the current one. */
  readonly revision?: number | undefined;
}

/** Options of changing what is stored. */
export interface ReplaceOptions extends CallOptions {
  /** The `hash` of the revision that is replaced or deleted: if there is another one by now, nothing is changed. */
  readonly ifMatch: string;
}

/** Stored blueprints. */
export interface BlueprintsClient {
  list(options?: PageOptions): Promise<BlueprintListPage>;
  get(name: string, options?: RevisionOptions): Promise<StoredBlueprint>;
  graph(name: string, options?: RevisionOptions): Promise<RunGraph>;
  revisions(name: string, options?: PageOptions): Promise<RevisionListPage>;
  /** Stores a new blueprint under its name. */
  create(given: GivenBlueprint, options?: CallOptions): Promise<SavedBlueprint>;
  /** Stores a new revision. The same content makes none. */
  replace(name: string, given: GivenBlueprint, options: ReplaceOptions): Promise<SavedBlueprint>;
  delete(name: string, options: ReplaceOptions): Promise<void>;
}

/** @param http - of the server. */
export const createBlueprintsClient = (http: HttpClient): BlueprintsClient => ({
  async list({ signal, ...page } = {}) {
    return (await http.send<BlueprintListPage>({ path: ["blueprints"], query: pageQuery(page), signal })).body;
  },
  async get(name, { revision, signal } = {}) {
    return (await http.send<StoredBlueprint>({ path: ["blueprints", name], query: { revision }, signal })).body;
  },
  async graph(name, { revision, signal } = {}) {
    return (await http.send<RunGraph>({ path: ["blueprints", name, "graph"], query: { revision }, signal })).body;
  },
  async revisions(name, { signal, ...page } = {}) {
    const path = ["blueprints", name, "revisions"];
    return (await http.send<RevisionListPage>({ path, query: pageQuery(page), signal })).body;
  },
  async create(given, { signal } = {}) {
    return (await http.send<SavedBlueprint>({ method: "POST", path: ["blueprints"], body: given, signal })).body;
  },
  async replace(name, given, { ifMatch, signal }) {
    const call = { method: "PUT", path: ["blueprints", name], body: given, isRepeatable: true, signal } as const;
    return (await http.send<SavedBlueprint>({ ...call, headers: { "if-match": `"${ifMatch}"` } })).body;
  },
  async delete(name, { ifMatch, signal }) {
    const call = { method: "DELETE", path: ["blueprints", name], isRepeatable: true, signal } as const;
    await http.send({ ...call, headers: { "if-match": `"${ifMatch}"` } });
  },
});
