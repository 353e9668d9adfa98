import { z } from "zod";
import type { Json, JsonObject } from "./json.ts";

/** Any JSON value. The blueprint is checked to be JSON before a node is parsed. */
export const jsonValueSchema = z.custom<Json>(() => true).meta({ description: "Any JSON value." });

/**
 * A JSON object. Templates in its strings are evaluated if the rule of the field says so. Its content is not checked, so a large
 * one is parsed at once.
 */
export const jsonObjectSchema = z
  .custom<JsonObject>(isObject, "expected an object")
  .meta({ type: "object", additionalProperties: { description: "Any JSON value." } });

/** A JSON Schema of the subset that ice enforces. Validation checks it; this zod schema does not. */
export const jsonSchemaSchema = z.custom<JsonObject>(isObject, "expected a JSON Schema object").meta({
  description: "A JSON Schema of the enforced subset (docs/reference/json-schema.md).",
});

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
