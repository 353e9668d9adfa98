import type { z } from "zod";
import { compileJsonSchema, type JsonSchemaValidator } from "../json-schema/compile-json-schema.ts";
import { deepFreeze } from "../json/deep-freeze.ts";
import type { JsonObject } from "../json/json.ts";

/** The shape of what a tool takes or returns: a zod schema, or a JSON Schema of the subset in `docs/reference/json-schema.md`. */
export type ToolSchema = z.ZodType | JsonObject;

/** What a caller gives to a schema. Types follow from zod; a JSON Schema is checked while the workflow runs. */
export type SchemaInput<Schema> = Schema extends z.ZodType ? z.input<Schema> : JsonObject;

/** What a schema makes of it, defaults applied. */
export type SchemaOutput<Schema> = Schema extends z.ZodType ? z.output<Schema> : JsonObject;

const validators = new WeakMap<JsonObject, JsonSchemaValidator>();

/** The validator of a tool's JSON Schema, compiled at the first use. Defaults that it applies are frozen. */
export function validatorOf(schema: JsonObject): JsonSchemaValidator {
  let validator = validators.get(schema);
  if (validator === undefined)
    validators.set(schema, (validator = compileJsonSchema(deepFreeze(structuredClone(schema)))));
  return validator;
}
