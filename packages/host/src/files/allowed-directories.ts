import { resolve } from "node:path";
import { realPathOf, realPathOfSync, wayBelow } from "./real-path.ts";

/** What an allowed directory is for, as messages say it. */
export type FileUse = "read" | "write";

/** Directories below which files may be touched. They need not be there, and may be made or replaced at any time. */
export class AllowedDirectories {
  /** As the owner wrote them, absolute. */
  readonly named: readonly string[];

  constructor(directories: readonly string[], base: string) {
    const named = directories.map((directory) => resolve(base, directory));
    // Below a larger directory the base is one of its own: where it stands is the owner's choice, dots included.
    const holdsBase = named.some((directory) => wayBelow(directory, base) !== undefined);
    this.named = holdsBase && !named.includes(base) ? [...named, base] : named;
  }

  /** The ways to a path from each directory that it lies below; of a path whose links are resolved. */
  async waysTo(realPath: string): Promise<(readonly string[])[]> {
    return waysBelow(await Promise.all(this.named.map((directory) => realPathOf(directory))), realPath);
  }

  /** The same at once. */
  waysToSync(realPath: string): (readonly string[])[] {
    return waysBelow(
      this.named.map((directory) => realPathOfSync(directory)),
      realPath,
    );
  }

  /** The ways to a path as it was written. */
  writtenWaysTo(path: string): (readonly string[])[] {
    return waysBelow(this.named, path);
  }
}

const waysBelow = (directories: readonly string[], path: string): (readonly string[])[] =>
  directories.flatMap((directory) => {
    const way = wayBelow(directory, path);
    return way === undefined ? [] : [way];
  });
