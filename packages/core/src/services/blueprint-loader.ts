import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { Issue } from "../result/issue.ts";

/** A blueprint that was read from somewhere. */
export type LoadedBlueprint =
  | {
      readonly ok: true;
      /** Absolute, canonical address; equal for two references to the same file. */
      readonly base: string;
      readonly data: unknown;
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Reads the blueprints that others name by file. The composition root provides it; the engine itself has no I/O. */
export interface BlueprintLoader {
  /**
   * What a reference names, equal for every way to write one path: `./child.yaml`, `././child.yaml`, and `../child.yaml` in a
   * directory below. Nothing is read; whether something is there is not known.
   */
  locate(ref: string, base: string): string;
  /**
   * @param ref - `./child.yaml`, relative to `base`.
   * @param base - address of the blueprint that names it. One that came from no file names none: the loader is not asked.
   * @returns issues instead of data when the file may not be read (`ICE_FILE_DENIED`), is missing or no regular file
   * (`ICE_WORKFLOW_UNKNOWN`), or not readable as a blueprint.
   */
  load(ref: string, base: string): LoadedBlueprint;
}

export const BlueprintLoader: ServiceKey<BlueprintLoader> = serviceKey("blueprintLoader");
