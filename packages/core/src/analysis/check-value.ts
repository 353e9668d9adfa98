import { shorten } from "../errors/shorten.ts";
import { isZodType } from "../json-schema/json-schema-of.ts";
import type { SchemaMismatch } from "../json-schema/visit.ts";
import { toPointer, type Keys } from "../json/json-pointer.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { andThen, type Steps } from "../time/steps.ts";
import type { TimeSlice } from "../time/time-slice.ts";
import { validatorOf, type ToolSchema } from "../tools/tool-schema.ts";
import { problemsOf, schemaFindings, type PlacedFinding } from "./schema-issues.ts";

/** The value with defaults applied, or what is wrong with it. */
export type CheckedValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly PlacedFinding[] };

/** Checks what a tool is given, or what it returned. In later turns of the event loop only where a JSON Schema takes long. */
export function checkValue(schema: ToolSchema, value: unknown, slice: TimeSlice): CheckedValue | Promise<CheckedValue> {
  if (isZodType(schema)) {
    const { success, data, error } = schema.safeParse(value);
    return success ? { ok: true, value: data } : { ok: false, problems: problemsOf(error, schema, value) };
  }
  return andThen(validatorOf(schema).validateInTurns(value as Json, slice), (result) =>
    result.ok ? result : { ok: false, problems: result.issues.map(findingOf) },
  );
}

/**
 * What is wrong with a value that holds templates; undefined when it certainly is nothing.
 *
 * @param templates - paths to them: what they give is known when they are evaluated.
 */
export function literalFindings(
  schema: ToolSchema,
  value: unknown,
  templates: readonly Keys[],
): Steps<readonly PlacedFinding[]> | undefined {
  if (!isZodType(schema)) return mismatchesOf(schema, value as Json, templates);
  const { success, error } = schema.safeParse(value);
  if (success) return undefined;
  const mayBeTemplate = templatesAt(templates);
  const literal = error.issues.filter(({ code, path }) => code === "unrecognized_keys" || !mayBeTemplate(path));
  return schemaFindings(literal, schema, value);
}

function* mismatchesOf(schema: JsonObject, value: Json, templates: readonly Keys[]): Steps<readonly PlacedFinding[]> {
  const result = yield* validatorOf(schema).validateInSteps(value);
  if (result.ok) return [];
  const mayBeTemplate = templatesAt(templates);
  return result.issues.filter(({ keys, isUnknown }) => isUnknown === true || !mayBeTemplate(keys)).map(findingOf);
}

function findingOf({ keys, message }: SchemaMismatch): PlacedFinding {
  const field = keys.length === 0 ? "" : `\`${shorten(keys.join("."))}\` `;
  return { code: "ICE_BLUEPRINT_SCHEMA", keys, message: `${field}${message}` };
}

/** Returns a test whether an issue may be about a template: it is at one, inside one, or about a value that contains one. */
function templatesAt(templates: readonly Keys[]): (issue: readonly PropertyKey[]) => boolean {
  const at = new Set<string>();
  const around = new Set<string>();
  for (const keys of templates) {
    at.add(toPointer(keys));
    for (let length = 0; length <= keys.length; length += 1) around.add(toPointer(keys.slice(0, length)));
  }
  return (issue) => {
    const keys = issue.map(String);
    return around.has(toPointer(keys)) || keys.some((_, length) => at.has(toPointer(keys.slice(0, length))));
  };
}
