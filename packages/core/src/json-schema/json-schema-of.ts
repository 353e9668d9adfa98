import { z } from "zod";
import type { JsonObject } from "../json/json.ts";

/** JSON Schema (draft 2020-12) of what a schema takes (`input`) or gives (`output`). What JSON Schema cannot say is left open. */
export const jsonSchemaOf = (schema: z.ZodType, io: "input" | "output"): JsonObject =>
  z.toJSONSchema(schema, { io, unrepresentable: "any" }) as unknown as JsonObject;
