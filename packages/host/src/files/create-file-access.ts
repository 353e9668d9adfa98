import type { FileAccess } from "@ice/core";
import type { FileAccessOptions } from "./file-access-options.ts";
import { HostFiles } from "./host-files.ts";

/**
 * Creates the access to files for blueprints, tools and code, within what the owner of the process allows.
 *
 * @throws IceError `ICE_USAGE` if `maxFileBytes` is not a number.
 */
export function createFileAccess(options: FileAccessOptions = {}): FileAccess {
  return new HostFiles(options);
}
