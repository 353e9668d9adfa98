import type { z } from "zod";
import { listNames, shorten } from "../errors/shorten.ts";
import { suggest } from "../errors/suggest.ts";
import type { Steps } from "../time/steps.ts";
import type { Finding } from "./issue-list.ts";

/** A finding and where it is, below the value that was parsed. */
export interface PlacedFinding extends Finding {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type ZodIssue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** About 50 µs. */
const findingsBetweenPauses = 50;

/** Fields whose names are looked for among the known ones; at most 100 issues are shown. */
const maxSuggested = 100;

/**
 * zod's issues in words. A misspelt field is one issue with a suggestion, not "unknown" plus "missing".
 *
 * @param schema - what the value was parsed with: it knows the names of fields.
 * @param value - the value that was parsed.
 */
export function* schemaFindings(
  issues: readonly ZodIssue[],
  schema: z.ZodType,
  value: unknown,
): Steps<readonly PlacedFinding[]> {
  const findings: PlacedFinding[] = [];
  const meant = new Set<string>();
  let suggested = 0;
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const path = issue.path as Path;
    const known = fieldsAt(schema, path);
    const otherwise = leaveOut(known);
    for (const key of issue.keys) {
      if (suggested < maxSuggested || findings.length % findingsBetweenPauses === 0) yield;
      const near = (suggested += 1) > maxSuggested ? undefined : suggest(key, known);
      if (near !== undefined) meant.add(placeOf([...path, near]));
      const fix = near === undefined ? otherwise : `did you mean "${near}"?`;
      findings.push({ code, path: [...path, key], message: `unknown field \`${shorten(key)}\``, fix });
    }
  }
  for (const issue of issues) {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys" || (isMissing(issue, value) && meant.has(placeOf(path)))) continue;
    if (findings.length % findingsBetweenPauses === 0) yield;
    findings.push(finding(issue, path, value));
  }
  return findings;
}

/** Hands each finding to `report`. */
export function* reportFindings(
  findings: Steps<readonly PlacedFinding[]>,
  report: (path: Path, finding: Omit<PlacedFinding, "path">) => void,
): Steps<undefined> {
  for (const { path, ...finding } of yield* findings) report(path, finding);
  return undefined;
}

const code = "ICE_BLUEPRINT_SCHEMA";

const placeOf = (path: Path): string => JSON.stringify(path);

const leaveOut = (known: readonly string[]): string =>
  known.length === 0 ? "leave it out" : `leave it out, or use one of ${listNames(known)}`;

/** Names of the fields of the object at a path, as far as its schema says. */
function fieldsAt(schema: z.ZodType, path: Path): readonly string[] {
  let at = [schema];
  for (const key of path) at = at.flatMap((type) => childrenOf(type, key));
  return [...new Set(at.flatMap(unwrapped).flatMap((type) => Object.keys(shapeOf(type) ?? {})))];
}

function childrenOf(type: z.ZodType, key: string | number): z.ZodType[] {
  return unwrapped(type).flatMap((inner) => {
    const { element, valueType } = partsOf(inner);
    const shape = shapeOf(inner);
    const child = shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : (element ?? valueType);
    return child === undefined ? [] : [child];
  });
}

/** What stands behind optional, default and the like; each alternative of a union. */
function unwrapped(type: z.ZodType): z.ZodType[] {
  const { options, innerType, in: input } = partsOf(type);
  if (options !== undefined) return options.flatMap(unwrapped);
  const inner = innerType ?? input;
  return inner === undefined ? [type] : unwrapped(inner);
}

const shapeOf = (type: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined => partsOf(type).shape;

/** What zod's types are made of: each kind has some of these. */
interface Parts {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}

const partsOf = (type: z.ZodType): Parts => type.def as unknown as Parts;

function finding(issue: ZodIssue, path: Path, value: unknown): PlacedFinding {
  const field = path.length === 0 ? "" : `\`${shorten(path.join("."))}\``;
  if (isMissing(issue, value)) return { code, path, message: `missing field ${field}`, fix: `add ${field}` };
  if (issue.code === "custom") return { code, path, message: issue.message };
  if (issue.code === "invalid_union")
    return { code, path, message: `${field} has a value of the wrong shape: ${alternatives(issue)}` };
  return {
    code,
    path,
    message: `${field}${field === "" ? "" : ": "}${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`,
  };
}

function alternatives(issue: ZodIssue & { readonly code: "invalid_union" }): string {
  const texts = issue.errors.flatMap(([first]) =>
    first === undefined ? [] : [first.message.charAt(0).toLowerCase() + first.message.slice(1)],
  );
  return [...new Set(texts)].map((text) => shorten(text)).join(", or ") || "none of the alternatives fits";
}

function isMissing(issue: ZodIssue, value: unknown): boolean {
  if (
    issue.code !== "invalid_type" &&
    issue.code !== "invalid_value" &&
    issue.code !== "invalid_union" &&
    issue.code !== "custom"
  )
    return false;
  let at: unknown = value;
  for (const key of issue.path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return issue.path.length > 0;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return false;
}
