import { statSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ProtectedKind } from "@ice/core";
import { decidingNames, foldName } from "./protected-names.ts";
import { realPathOfSync } from "./real-path.ts";

/** What is opened, however it is called. */
type Identity = Pick<Stats, "dev" | "ino">;

const problems: Readonly<Record<ProtectedKind, string>> = {
  blueprint: "blueprints are never read or written by what they run",
  configuration: "the configuration of ice is never read or written",
  store: "the store of runs is never read or written",
};
/** Environments, with the secrets in them, memory and settings: no files, though they look like some. */
const kernelFiles = /^\/(?:proc|sys)(?:\/|$)/;
const sideFiles = ["", "-wal", "-shm", "-journal"];

/**
 * Files that are neither read nor written: known by name in any directory, and single files known by path, by what a link to
 * them leads to, and by identity, which hard links share. It grows with the number of blueprint files of this process.
 */
export class ProtectedFiles {
  readonly #kinds = new Map<string, ProtectedKind>();
  /** Files whose identity is looked up when it is needed: they may be made or replaced at any time. */
  readonly #changing = new Map<string, ProtectedKind>();
  readonly #blueprints = new Set<string>();

  /** @param directory - where `ice` looks for its configuration. */
  constructor(directory: string) {
    for (const name of decidingNames) this.#add(join(directory, name), "configuration");
  }

  protect(file: string, kind: ProtectedKind): void {
    if (this.#kinds.get(foldPath(file)) === kind) return;
    if (kind === "store")
      for (const path of [file, realPathOfSync(file)])
        for (const ending of sideFiles) this.#add(`${path}${ending}`, kind);
    else this.#add(file, kind);
    const identity = kind === "blueprint" ? identityOf(file) : undefined;
    if (identity !== undefined) this.#blueprints.add(identity);
  }

  /** Why a file may not be touched, in words. `except`: a kind that may be. */
  problemOf(file: string, except?: ProtectedKind): string | undefined {
    if (kernelFiles.test(file)) return "what the system shows of its processes and of itself is never read or written";
    const kind = this.#kinds.get(foldPath(file));
    return kind === undefined || kind === except ? undefined : problems[kind];
  }

  /** Why an open file may not be touched. Only a file with several names can be one that is known by another. */
  async problemOfStats(stats: Stats): Promise<string | undefined> {
    if (stats.nlink < 2) return undefined;
    if (this.#blueprints.has(keyOf(stats))) return problems.blueprint;
    for (const [file, kind] of this.#changing) {
      const other = await stat(file).catch(() => undefined); // not there: then it is not this one
      if (other !== undefined && keyOf(other) === keyOf(stats)) return problems[kind];
    }
    return undefined;
  }

  #add(file: string, kind: ProtectedKind): void {
    for (const path of [file, realPathOfSync(file)]) this.#kinds.set(foldPath(path), kind);
    if (kind !== "blueprint") this.#changing.set(file, kind);
  }
}

const foldPath = (path: string): string => path.split(sep).map(foldName).join(sep);
const keyOf = ({ dev, ino }: Identity): string => `${dev}:${ino}`;

function identityOf(file: string): string | undefined {
  try {
    return keyOf(statSync(file));
  } catch {
    return undefined; // it has gone: nothing shares its identity
  }
}
