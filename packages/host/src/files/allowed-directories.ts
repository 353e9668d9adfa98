import { join, relative, resolve } from "node:path";
import { realPathOf, realPathOfSync, wayBelow } from "./real-path.ts";

/** The use of an allowed directory, as in messages. */
export type FileUse = "read" | "write";

/** Directories below which files may be accessed. They need not exist, and may be created or replaced at any time. */
export class AllowedDirectories {
  /** As the owner wrote them, absolute. */
  readonly named: readonly string[];

  readonly #base: string;
  readonly #followed: boolean;

  /**
   * @param followed - whether a directory may be a link. A default directory may not: a link of that name, for example in a
   * cloned repository, would decide what is allowed.
   */
  constructor(directories: readonly string[], base: string, { followed = true }: { readonly followed?: boolean } = {}) {
    this.#base = base;
    this.#followed = followed;
    const named = directories.map((directory) => resolve(base, directory));
    // The base counts as a directory of its own, because its location is the owner's choice, even below a name that begins with a dot.
    const holdsBase = named.some((directory) => wayBelow(directory, base) !== undefined);
    this.named = holdsBase && !named.includes(base) ? [...named, base] : named;
  }

  /** The ways to a path, whose links are resolved, from each directory above it. */
  async waysTo(realPath: string): Promise<(readonly string[])[]> {
    return waysBelow(await this.#real(), realPath);
  }

  /** The same, synchronously. */
  waysToSync(realPath: string): (readonly string[])[] {
    return waysBelow(
      this.named.map((directory) => realPathOfSync(directory)),
      realPath,
    );
  }

  /** The directories in words, for messages. */
  async describe(): Promise<string> {
    if (this.named.length === 0) return "none";
    const left = await this.#real();
    return `${this.named.join(", ")}${left.length < this.named.length ? ", which is a link" : ""}`;
  }

  /** The ways to a path as written. */
  writtenWaysTo(path: string): (readonly string[])[] {
    return waysBelow(this.named, path);
  }

  /** With links resolved, without directories that may not be links. */
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
