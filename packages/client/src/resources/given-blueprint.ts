import type { JsonObject } from "@ice/core";

/** A blueprint: as an object, or as YAML or JSON text, whose issues have lines. */
export type GivenBlueprint =
  | { readonly blueprint: JsonObject; readonly text?: undefined }
  | { readonly text: string; readonly blueprint?: undefined };
