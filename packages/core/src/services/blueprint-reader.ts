import type { Issue } from "../result/issue.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** The text of a blueprint as data, or why it is none. */
export type ReadBlueprint =
  | {
      readonly ok: true;
      readonly data: unknown;
      /** Where a JSON pointer into the data, or the nearest value around it, stands in the text; both from 1. */
      locate(pointer: string): { readonly line: number; readonly column: number };
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Reads the text of blueprints, YAML or JSON; for layers that have no reader of their own. */
export interface BlueprintReader {
  /** Never throws: what is wrong with the text is an issue. */
  read(text: string): ReadBlueprint;
}

export const BlueprintReader: ServiceKey<BlueprintReader> = serviceKey("blueprintReader");
