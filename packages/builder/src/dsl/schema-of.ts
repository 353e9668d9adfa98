import { IceError, messageOf, type JsonObject } from "@ice/core";
import { z } from "zod";

/** JSON Schema of what a schema reads, without the dialect, which is not part of what blueprints may say. */
export function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return plain as unknown as JsonObject;
}

/**
 * The same for a value whose defaults are applied before it is read.
 *
 * @throws IceError `ICE_BLUEPRINT_SCHEMA` for a schema that transforms: what it makes of a value exists in this program only.
 */
export function answerSchemaOf(schema: z.ZodType): JsonObject {
  try {
    z.toJSONSchema(schema, { io: "output" });
  } catch (cause) {
    throw new IceError("ICE_BLUEPRINT_SCHEMA", `The schema cannot be written as JSON Schema: ${messageOf(cause)}.`, {
      cause,
      fix: "describe the answer as JSON, without transform() or codecs",
    });
  }
  return schemaOf(schema);
}
