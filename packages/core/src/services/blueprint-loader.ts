import { serviceKey, type ServiceKey } from "../registry/service-key.ts";
import type { Issue } from "../result/issue.ts";

/** A blueprint that a loader has read. */
export type LoadedBlueprint =
  | {
      readonly ok: true;
      /** Absolute, canonical address; equal for two references to the same file. */
      readonly base: string;
      readonly data: unknown;
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Reads blueprints that others refer to by file. The composition root provides it; the engine itself does no I/O. */
export interface BlueprintLoader {
  /**
   * The address of a reference, the same for every spelling of a path: `./child.yaml`, `././child.yaml`, and `../child.yaml` in a
   * directory below. Does not read the file, which may not exist.
   */
  locate(ref: string, base: string): string;
  /**
   * Reads a blueprint.
   *
   * @param ref - `./child.yaml`, relative to `base`.
   * @param base - address of the referring blueprint. The loader is not called for a blueprint without an address.
   * @returns issues instead of data if the file is not allowed (`ICE_FILE_DENIED`), is missing or not a regular file
   * (`ICE_WORKFLOW_UNKNOWN`), or cannot be parsed as a blueprint.
   */
  load(ref: string, base: string): LoadedBlueprint;
}

export const BlueprintLoader: ServiceKey<BlueprintLoader> = serviceKey("blueprintLoader");
