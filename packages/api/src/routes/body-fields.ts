import type { JsonObject } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import { z } from "zod";

/** Any JSON object. Its content is not visited, unlike that of a record: it may have 100,000 keys, and parsing is one step. */
export const jsonObjectField = z
  .custom<JsonObject>(isPlainObject, "expected an object")
  .meta({ override: { type: "object", additionalProperties: {} } });
