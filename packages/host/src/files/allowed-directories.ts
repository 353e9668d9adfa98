import { join, relative, resolve } from "node:path";
import { realPathOf, realPathOfSync, wayBelow } from "./real-path.ts";

/** What an allowed directory is for, as messages say it. */
export type FileUse = "read" | "write";

/** Directories below which files may be accessed. They need not exist, and may be created or replaced at any time. */
export class AllowedDirectories {
  /** As the owner wrote them, absolute. */
  readonly named: readonly string[];

  readonly #base: string;
  readonly #followed: boolean;

  /**
   * @param followed - whether a directory may be a link. One that the owner has not named may not: a link of that name, as it
   * comes with files of others, would decide what is allowed.
   */
  constructor(directories: readonly string[], base: string, { followed = true }: { readonly followed?: boolean } = {}) {
    this.#base = base;
    this.#followed = followed;
    const named = directories.map((directory) => resolve(base, directory));
    // Below a larger directory the base is one of its own: where it stands is the owner's choice, dots included.
    const holdsBase = named.some((directory) => wayBelow(directory, base) !== undefined);
    this.named = holdsBase && !named.includes(base) ? [...named, base] : named;
  }

  /** The ways to a path from each directory that it lies below; of a path whose links are resolved. */
  async waysTo(realPath: string): Promise<(readonly string[])[]> {
    return waysBelow(await this.#real(), realPath);
  }

  /** The same at once. */
  waysToSync(realPath: string): (readonly string[])[] {
    return waysBelow(
      this.named.map((directory) => realPathOfSync(directory)),
      realPath,
    );
  }

  /** The directories in words, for messages. */
  async describe(): Promise<string> {
    const left = await this.#real();
    return `${this.named.join(", ")}${left.length < this.named.length ? ", which is a link" : ""}`;
  }

  /** The ways to a path as it was written. */
  writtenWaysTo(path: string): (readonly string[])[] {
    return waysBelow(this.named, path);
  }

  /** With links resolved, without those that may not be one. */
  async #real(): Promise<readonly string[]> {
    const real = await Promise.all(this.named.map((directory) => realPathOf(directory)));
    if (this.#followed) return real;
    const base = await realPathOf(this.#base);
    return real.filter((path, index) => path === join(base, relative(this.#base, this.named[index]!)));
  }
}

const waysBelow = (directories: readonly string[], path: string): (readonly string[])[] =>
  directories.flatMap((directory) => {
    const way = wayBelow(directory, path);
    return way === undefined ? [] : [way];
  });
