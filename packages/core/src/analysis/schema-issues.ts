import type { z } from "zod";
import { listNames, shorten } from "../errors/shorten.ts";
import { suggest } from "../errors/suggest.ts";
import type { Keys } from "../json/json-pointer.ts";
import { nodeBaseShape } from "../nodes/base.ts";
import { finish, type Steps } from "../time/steps.ts";
import type { Finding } from "./issue-list.ts";
import { otherFieldName } from "./other-field-names.ts";
import { wrongValue } from "./wrong-value.ts";

/** A finding and where it is, below the value that was parsed. */
export interface PlacedFinding extends Finding {
  readonly keys: Keys;
  readonly message: string;
  readonly fix?: string | undefined;
}

type ZodIssue = z.core.$ZodIssue;

/** About 50 µs. */
const findingsBetweenPauses = 50;

/** Maximum number of fields for which a suggestion is searched; at most 100 issues are shown. */
const maxSuggested = 100;

/**
 * zod's issues as messages. A misspelt field is one issue with a suggestion, not "unknown" plus "missing".
 *
 * @param schema - the schema with which the value was parsed; it provides the names of fields.
 * @param value - the value that was parsed.
 * @param elsewhere - fields that other values of this kind have: they are not misspelt, but have no effect here.
 */
export function* schemaFindings(
  issues: readonly ZodIssue[],
  schema: z.ZodType,
  value: unknown,
  elsewhere?: { readonly fields: readonly string[]; readonly here: string },
): Steps<readonly PlacedFinding[]> {
  const findings: PlacedFinding[] = [];
  /** Places of the fields that misspelt ones stand for. */
  const meant = new Set<string>();
  let suggested = 0;
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") continue;
    const keys = issue.path as Keys;
    const known = fieldsAt(schema, keys);
    const otherwise = removeOrUse(known);
    for (const key of issue.keys) {
      if (suggested < maxSuggested || findings.length % findingsBetweenPauses === 0) yield;
      if (keys.length === 0 && elsewhere?.fields.includes(key) === true) {
        const fix = `remove it: ${elsewhere.here} has no \`${key}\``;
        findings.push({ code, keys: [key], message: `unknown field \`${key}\``, fix });
        continue;
      }
      const near = (suggested += 1) > maxSuggested ? undefined : (otherFieldName(key, known) ?? suggest(key, known));
      if (near !== undefined) meant.add(placeOf([...keys, near]));
      const fix = near === undefined ? otherwise : `did you mean "${near}"?`;
      findings.push({ code, keys: [...keys, key], message: `unknown field \`${shorten(key)}\``, fix });
    }
  }
  for (const issue of issues) {
    const keys = issue.path as Keys;
    if (issue.code === "unrecognized_keys" || (isMissing(issue, value) && meant.has(placeOf(keys)))) continue;
    if (issue.code === "custom" && needs(issue.message, keys, meant)) continue;
    if (findings.length % findingsBetweenPauses === 0) yield;
    findings.push(finding(issue, keys, value, schema));
  }
  return findings;
}

/**
 * Issues of a value that was created while a workflow runs, worded as in validation. The path of each leads into the value,
 * and its message names the field.
 */
export const problemsOf = (error: z.ZodError, schema: z.ZodType, value: unknown): readonly PlacedFinding[] =>
  finish(schemaFindings(error.issues, schema, value));

/** The first of them, as text for a message. */
export const firstProblemOf = (error: z.ZodError, schema: z.ZodType, value: unknown): string =>
  problemsOf(error, schema, value)[0]?.message ?? "it does not match";

/** A problem of a value that stands below `root`, with its place once: `models.providers.near.type must be …`. */
export function placed(root: string, keys: Keys, message: string): string {
  const place = [root, ...keys].join(".");
  const own = `\`${keys.join(".")}\``;
  const about = (message.startsWith(own) ? message.slice(own.length) : message).replace(/^:? /, "");
  return `${place}${/^(?:must|has|is|holds|waits|does) /.test(about) ? "" : ":"} ${about}`;
}

/** Passes each finding to `report`. */
export function* reportFindings(
  findings: Steps<readonly PlacedFinding[]>,
  report: (keys: Keys, finding: Omit<PlacedFinding, "keys">) => void,
): Steps<undefined> {
  for (const { keys, ...finding } of yield* findings) report(keys, finding);
  return undefined;
}

const code = "ICE_BLUEPRINT_SCHEMA";

const placeOf = (keys: Keys): string => JSON.stringify(keys);

/** Whether a rule over several fields of an object, or over one of them, names one that is only misspelt. */
function needs(rule: string, keys: Keys, meant: ReadonlySet<string>): boolean {
  if (meant.size === 0) return false;
  const fields = [...rule.matchAll(/`(\w+)[`:]/g)].map(([, field]) => field!);
  return [keys, keys.slice(0, -1)].some((object) => fields.some((field) => meant.has(placeOf([...object, field]))));
}

const removeOrUse = (known: readonly string[]): string =>
  known.length === 0 ? "remove it" : `remove it, or use one of ${listNames(known)}`;

/** Names of the fields of the object at a path, as far as its schema lists them. */
function fieldsAt(schema: z.ZodType, keys: Keys): readonly string[] {
  let at = [schema];
  for (const key of keys) at = at.flatMap((type) => childrenOf(type, key));
  const names = [...new Set(at.flatMap(unwrapped).flatMap((type) => Object.keys(shapeOf(type) ?? {})))];
  // The many fields that every node has come last, because long lists are cut.
  return names.toSorted((a, b) => Number(Object.hasOwn(nodeBaseShape, a)) - Number(Object.hasOwn(nodeBaseShape, b)));
}

function childrenOf(type: z.ZodType, key: string | number): z.ZodType[] {
  return unwrapped(type).flatMap((inner) => {
    const { element, valueType } = partsOf(inner);
    const shape = shapeOf(inner);
    const child = shape !== undefined && Object.hasOwn(shape, key) ? shape[key] : (element ?? valueType);
    return child === undefined ? [] : [child];
  });
}

/** The schemas inside optional, default and similar wrappers; each alternative of a union. */
function unwrapped(type: z.ZodType): z.ZodType[] {
  const { options, innerType, in: input } = partsOf(type);
  if (options !== undefined) return options.flatMap(unwrapped);
  const inner = innerType ?? input;
  return inner === undefined ? [type] : unwrapped(inner);
}

const shapeOf = (type: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined => partsOf(type).shape;

/** Parts of zod's types: each kind has some of these. */
interface Parts {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}

const partsOf = (type: z.ZodType): Parts => (type.def as unknown as Parts | undefined) ?? {};

function finding(issue: ZodIssue, keys: Keys, value: unknown, schema: z.ZodType): PlacedFinding {
  const field = keys.length === 0 ? "" : `\`${shorten(keys.join("."))}\``;
  if (isMissing(issue, value)) return { code, keys, message: `missing field ${field}`, fix: `add ${field}` };
  const name = typeof keys.at(-1) === "string" ? String(keys.at(-1)) : "";
  const { message, fix } = wrongValue(issue, valueAt(value, keys), { name, known: fieldsAt(schema, keys) });
  // The rules of a node type name the field themselves where that makes a sentence.
  if (field === "" || message.startsWith(`${field} `)) return { code, keys, message, fix };
  const colon = /^(?:must|has) /.test(message) ? "" : ":";
  return { code, keys, message: `${field}${colon} ${message}`, fix };
}

function valueAt(value: unknown, keys: Keys): unknown {
  let at = value;
  for (const key of keys) at = (at as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
  return at;
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
