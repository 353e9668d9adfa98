import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";

/** The path with links resolved. For a missing file: the nearest existing directory, and the rest unchanged. */
export async function realPathOf(path: string): Promise<string> {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const real = await realpath(at).catch(() => undefined); // missing: its parent may exist
    if (real !== undefined) return join(real, ...missing.toReversed());
    if (at === dirname(at)) return path;
    missing.push(basename(at));
  }
}

/** The same, synchronously. */
export function realPathOfSync(path: string): string {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const real = existingPathSync(at);
    if (real !== undefined) return join(real, ...missing.toReversed());
    if (at === dirname(at)) return path;
    missing.push(basename(at));
  }
}

/** The path with links resolved; undefined if it does not exist. Names have the case that the file system stores. */
export function existingPathSync(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined; // missing: that is the result
  }
}

/** The names on the way from a directory to a path below it; undefined for any other path. */
export function wayBelow(directory: string, path: string): readonly string[] | undefined {
  const way = relative(directory, path);
  if (way === "") return [];
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way.split(sep);
}
