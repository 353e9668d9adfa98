import { realpathSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";

/** The path with links resolved. Of a file that is not there: the nearest directory that is, and the rest as it stands. */
export async function realPathOf(path: string): Promise<string> {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const real = await realpath(at).catch(() => undefined); // not there: the next one up may be
    if (real !== undefined) return join(real, ...missing.toReversed());
    if (at === dirname(at)) return path;
    missing.push(basename(at));
  }
}

/** The same at once. */
export function realPathOfSync(path: string): string {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const real = existingPathSync(at);
    if (real !== undefined) return join(real, ...missing.toReversed());
    if (at === dirname(at)) return path;
    missing.push(basename(at));
  }
}

/** The path with links resolved; undefined when it is not there. The name is that of the file system, whatever the case. */
export function existingPathSync(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined; // not there: that is the finding
  }
}

/** The names on the way from a directory to what lies below it; undefined for what lies elsewhere. */
export function wayBelow(directory: string, path: string): readonly string[] | undefined {
  const way = relative(directory, path);
  if (way === "") return [];
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way.split(sep);
}
