import { IceError } from "../errors/ice-error.ts";
import { shorten } from "../errors/shorten.ts";
import type { JsonObject } from "../json/json.ts";

/** An entry of a list of blueprints, and of the revisions of one. */
export interface BlueprintInfo {
  readonly name: string;
  /** The `version` of the blueprint. */
  readonly version: string;
  /** Counts the contents that the blueprint has had, from 1. */
  readonly revision: number;
  /** SHA-256 of the content as canonical JSON, in hexadecimal. */
  readonly hash: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Who stored this revision. */
  readonly createdBy: string;
}

/** A revision of a blueprint with its content, which is frozen. */
export interface StoredBlueprint extends BlueprintInfo {
  readonly blueprint: JsonObject;
}

/** Selects a page of a list. */
export interface BlueprintPageQuery {
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  /** Continues behind the `next` of an earlier page. */
  readonly after?: string | undefined;
}

/** The current revisions of blueprints by name, or the revisions of one, the newest first. */
export interface BlueprintPage {
  readonly blueprints: readonly BlueprintInfo[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** Options of storing a blueprint. */
export interface PutBlueprintOptions {
  /** Who stores it, in at most 200 characters. */
  readonly by: string;
  /** Hash of the revision that it replaces; null: there is none of this name. */
  readonly ifMatch: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The stored blueprints of one tenant, with their revisions; at most 10,000, with the last 1,000 revisions of each. It does not check
 * that they are valid. Runs keep their own copies, so changing or deleting a blueprint affects none.
 */
export interface BlueprintStore {
  list(query?: BlueprintPageQuery): Promise<BlueprintPage>;
  /** @param options.revision - default: the current one. @returns undefined if there is none. */
  get(name: string, options?: { readonly revision?: number | undefined }): Promise<StoredBlueprint | undefined>;
  /** The revisions of a blueprint, the newest first; none of an unknown name. */
  revisions(name: string, query?: BlueprintPageQuery): Promise<BlueprintPage>;
  /**
   * Stores a blueprint under its `name`. The current content again makes no new revision, whichever hash is given: so a call whose
   * answer was lost can be repeated (RFC 9110 §13.1.1). Of several that replace one revision at once, the first succeeds.
   *
   * @throws IceError `ICE_BLUEPRINT_EXISTS` (`ifMatch` is null), `ICE_BLUEPRINT_NOT_FOUND`, `ICE_PRECONDITION_FAILED` (another revision
   * is the current one), `ICE_BLUEPRINT_SCHEMA` (an invalid `name` or `version`), `ICE_OUTPUT_NOT_JSON`, `ICE_USAGE` (an invalid `by`),
   * `ICE_STORE_FULL` (more than 10,000), `ICE_STORE_*`.
   */
  put(blueprint: JsonObject, options: PutBlueprintOptions): Promise<StoredBlueprint>;
  /**
   * Deletes a blueprint with all its revisions.
   *
   * @param options.ifMatch - hash of the current revision.
   * @throws IceError `ICE_BLUEPRINT_NOT_FOUND`, `ICE_PRECONDITION_FAILED`, `ICE_STORE_*`.
   */
  delete(name: string, options: { readonly ifMatch: string }): Promise<void>;
}

/** See `BlueprintStore`. */
export const blueprintStoreLimits = { blueprints: 10_000, revisions: 1000 } as const;

/** The error for a new blueprint with the name of a stored one. */
export const blueprintExists = (name: string): IceError =>
  new IceError("ICE_BLUEPRINT_EXISTS", `There is already a stored blueprint "${shorten(name)}".`, {
    fix: "choose another name, or replace it: give the hash of its current revision",
    details: { name },
  });

/** The error for an unknown blueprint. */
export const blueprintNotFound = (name: string): IceError =>
  new IceError("ICE_BLUEPRINT_NOT_FOUND", `There is no stored blueprint "${shorten(name)}".`, {
    fix: "list the stored blueprints with BlueprintStore.list()",
    details: { name },
  });

/** The error for the hash of another revision than the current one. */
export const blueprintChanged = ({ name, revision, hash }: BlueprintInfo): IceError =>
  new IceError(
    "ICE_PRECONDITION_FAILED",
    `The blueprint "${shorten(name)}" has changed: it has revision ${revision} now.`,
    {
      fix: "read it again, and apply the change to its current revision",
      details: { name, revision, hash },
    },
  );
