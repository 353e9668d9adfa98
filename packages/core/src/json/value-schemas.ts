import { z } from "zod";
import type { Json, JsonObject } from "./json.ts";

/** Any JSON value; the blueprint as a whole is checked to be JSON before a node is parsed. */
export const jsonValueSchema = z.custom<Json>(() => true).meta({ description: "Any JSON value." });

/**
 * A JSON object; templates inside strings are evaluated where the field says so. What is in it is not looked at, so that a large
 * one is parsed at once.
 */
export const jsonObjectSchema = z
  .custom<JsonObject>(isObject, "expected an object")
  .meta({ type: "object", additionalProperties: { description: "Any JSON value." } });

/** A JSON Schema of the subset that ice enforces; checked by validation, not by this model. */
export const jsonSchemaSchema = z.custom<JsonObject>(isObject, "expected a JSON Schema object").meta({
  description: "A JSON Schema of the enforced subset (docs/reference/json-schema.md).",
});

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
