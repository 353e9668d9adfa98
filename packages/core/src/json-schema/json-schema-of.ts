import { z } from "zod";
import type { JsonObject } from "../json/json.ts";

/**
 * JSON Schema (draft 2020-12) of the values that a schema accepts (`input`) or returns (`output`). Constraints that JSON Schema
 * cannot express are omitted. A schema that is not a zod schema already is a JSON Schema.
 */
export const jsonSchemaOf = (schema: z.ZodType | JsonObject, io: "input" | "output"): JsonObject =>
  isZodType(schema) ? (z.toJSONSchema(schema, { io, unrepresentable: "any" }) as unknown as JsonObject) : schema;

/** True of a zod schema, false of a JSON Schema; across installed copies of zod. */
export const isZodType = (schema: z.ZodType | JsonObject): schema is z.ZodType =>
  typeof (schema as { readonly safeParse?: unknown }).safeParse === "function";
