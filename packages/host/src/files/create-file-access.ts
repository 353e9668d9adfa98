import type { FileAccess } from "@ice/core";
import type { FileAccessOptions } from "./file-access-options.ts";
import { HostFiles } from "./host-files.ts";

/**
 * The files of this machine, for blueprints, tools and code: what the owner of the process allows.
 *
 * @throws IceError `ICE_USAGE` when `maxFileBytes` is no number.
 */
export function createFileAccess(options: FileAccessOptions = {}): FileAccess {
  return new HostFiles(options);
}
