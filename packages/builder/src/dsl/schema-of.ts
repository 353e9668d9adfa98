import type { JsonObject } from "@ice/core";
import { z } from "zod";

/** JSON Schema of what a schema reads, without the dialect, which is not part of what blueprints may say. */
export function schemaOf(schema: z.ZodType): JsonObject {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input" });
  return plain as unknown as JsonObject;
}
