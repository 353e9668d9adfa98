import type { Json } from "@ice/core";

/** A value as text for a model: a string unchanged, everything else as compact JSON. */
export const asText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));
