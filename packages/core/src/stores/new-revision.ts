import { blueprintSchema } from "../blueprint/blueprint.ts";
import { IceError } from "../errors/ice-error.ts";
import type { JsonObject } from "../json/json.ts";
import { finishInTurns } from "../time/steps.ts";
import { normalizeJsonInTurns } from "../json/normalize-json.ts";
import { processTimeSlice, type TimeSlice } from "../time/time-slice.ts";
import {
  type BlueprintInfo,
  type BlueprintPageQuery,
  type PutBlueprintOptions,
  blueprintChanged,
  blueprintExists,
  blueprintNotFound,
  blueprintStoreLimits,
} from "../journal/blueprint-store.ts";
import { hashOf } from "./canonical-json.ts";
import type { Digests } from "./digests.ts";

/** A blueprint that may become a revision. */
export interface NewRevision extends Pick<BlueprintInfo, "name" | "version" | "hash"> {
  /** A frozen copy of what the caller has. */
  readonly blueprint: JsonObject;
}

interface NewRevisionOptions {
  readonly digests: Digests;
  /** Default: the slice of this process. */
  readonly timeSlice?: TimeSlice | undefined;
}

/** Name and version of a blueprint; a network has no version. */
const identitySchema = blueprintSchema.pick({ name: true, version: true }).strip();

/** Maximum characters of the name of who stores a blueprint. */
const maxOfName = 200;

/**
 * Checks a blueprint that is to be stored, and computes its hash, in turns of the event loop.
 *
 * @throws IceError `ICE_BLUEPRINT_SCHEMA`, `ICE_OUTPUT_NOT_JSON`, `ICE_USAGE`.
 */
export async function newRevision(
  given: JsonObject,
  { by }: PutBlueprintOptions,
  { digests, timeSlice = processTimeSlice() }: NewRevisionOptions,
): Promise<NewRevision> {
  if (typeof by !== "string" || by.length > maxOfName || !by.isWellFormed())
    throw new IceError(
      "ICE_USAGE",
      `The name of who stores a blueprint is no text of at most ${maxOfName} characters.`,
      {
        fix: "shorten it",
      },
    );
  const blueprint = (await normalizeJsonInTurns(given, timeSlice)) as JsonObject;
  const { name, version } = identityOf(blueprint);
  return { name, version, blueprint, hash: await finishInTurns(hashOf(blueprint, digests), timeSlice) };
}

/** @throws IceError `ICE_BLUEPRINT_SCHEMA`. */
function identityOf(blueprint: JsonObject): Pick<BlueprintInfo, "name" | "version"> {
  const { data, error } = identitySchema.safeParse(blueprint);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new IceError(
    "ICE_BLUEPRINT_SCHEMA",
    `A blueprint cannot be stored: ${issue?.path.join("/")} ${issue?.message}.`,
    {
      fix: "give it a name, such as `nightly-report`, and a version, such as 1.2.3, or none",
    },
  );
}

/** The version of a blueprint as it was stored; undefined if it is not stored under this name. */
export function versionUnder(name: string, blueprint: JsonObject): string | undefined {
  const { data } = identitySchema.safeParse(blueprint);
  return data?.name === name ? data.version : undefined;
}

/**
 * Whether a blueprint becomes a new revision; otherwise its content is the current one.
 *
 * @param ifMatch - see `PutBlueprintOptions`.
 * @throws IceError `ICE_BLUEPRINT_EXISTS`, `ICE_BLUEPRINT_NOT_FOUND`, `ICE_PRECONDITION_FAILED`.
 */
export function isNewRevision(
  { name, hash }: Pick<BlueprintInfo, "name" | "hash">,
  current: BlueprintInfo | undefined,
  ifMatch: string | null,
): boolean {
  if (ifMatch === null) {
    if (current !== undefined) throw blueprintExists(name);
    return true;
  }
  if (current === undefined) throw blueprintNotFound(name);
  if (current.hash === hash) return false;
  if (current.hash !== ifMatch) throw blueprintChanged(current);
  return true;
}

/** Checks that a blueprint can be deleted. @throws IceError `ICE_BLUEPRINT_NOT_FOUND`, `ICE_PRECONDITION_FAILED`. */
export function requireCurrent(name: string, current: BlueprintInfo | undefined, ifMatch: string): void {
  if (current === undefined) throw blueprintNotFound(name);
  if (current.hash !== ifMatch) throw blueprintChanged(current);
}

/** The error for more blueprints than a store keeps. */
export const tooManyBlueprints = (): IceError =>
  new IceError("ICE_STORE_FULL", `A tenant has at most ${blueprintStoreLimits.blueprints} stored blueprints.`, {
    fix: "delete blueprints that are no longer used",
  });

/** The revision behind which a page continues. @throws IceError `ICE_CURSOR_INVALID`. */
export function revisionAfter({ after }: BlueprintPageQuery): number {
  if (after === undefined) return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d{0,14}$/.test(after)) return Number(after);
  throw new IceError("ICE_CURSOR_INVALID", "The page of revisions does not continue an earlier one.", {
    fix: "use `next` of the page before it, or begin without one",
  });
}
