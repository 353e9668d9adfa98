import { resolve } from "node:path";
import { denied } from "./file-errors.ts";

/** The longest path that Linux accepts, and far more levels than occur in practice. */
const maxCharacters = 4096;
const maxParts = 256;

/**
 * An absolute path, relative to a directory.
 *
 * @throws IceError `ICE_FILE_DENIED` for a text that is not a path, or a path that is too long to look up.
 */
export function checkedPath(path: string, directory: string): string {
  if (path === "" || path.includes("\0")) throw denied(path, "is not a path", { fix: "name a file" });
  if (path.length > maxCharacters || partsOf(path) > maxParts)
    throw denied(path, "is too long for a path", {
      fix: `use a path of at most ${maxCharacters} characters and ${maxParts} parts`,
    });
  return resolve(directory, path);
}

function partsOf(path: string): number {
  let parts = 1;
  for (const character of path) if (character === "/" || character === "\\") parts += 1;
  return parts;
}
