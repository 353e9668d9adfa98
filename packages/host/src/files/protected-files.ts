import { statSync, type Stats } from "node:fs";
import { join, sep } from "node:path";
import type { ProtectedKind } from "@ice/core";
import { decidingNames, foldName } from "./protected-names.ts";
import { realPathOfSync } from "./real-path.ts";

/** Identifies an open file, whatever its name. */
type Identity = Pick<Stats, "dev" | "ino">;

const problems: Readonly<Record<ProtectedKind, string>> = {
  blueprint: "nodes never read or write blueprints",
  configuration: "the configuration of ice is never read or written",
  store: "the store of runs is never read or written",
};
export const kernelProblem = "files in which the system exposes processes and its own state are never read or written";
/** Environments with secrets, memory and settings, which only look like files. */
const kernelFiles = /^\/(?:proc|sys)(?:\/|$)/;
const sideFiles = ["", "-wal", "-shm", "-journal"];

/**
 * Files that are never accessible: by name in any directory; and single files by path, by the target of links to them, and by
 * identity, which hard links and other mounts share. Grows with the number of blueprint files of this process.
 */
export class ProtectedFiles {
  readonly #kinds = new Map<string, ProtectedKind>();
  /** Files whose identity is looked up when it is needed: they may be created or replaced at any time. */
  readonly #changing = new Map<string, ProtectedKind>();
  /** Paths of blueprints, by identity. */
  readonly #blueprints = new Map<string, string>();

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
    if (identity !== undefined) this.#blueprints.set(identity, file);
  }

  /** The reason why a file is protected. `except`: a kind that is allowed. */
  problemOf(file: string, except?: ProtectedKind): string | undefined {
    if (kernelFiles.test(file)) return kernelProblem;
    const kind = this.#kinds.get(foldPath(file));
    return kind === undefined || kind === except ? undefined : problems[kind];
  }

  /** The reason why an open file is protected, whatever its name. */
  problemOfStats(stats: Identity): string | undefined {
    const key = keyOf(stats);
    const blueprint = this.#blueprints.get(key);
    // The inode of a deleted file may be reused.
    if (blueprint !== undefined && identityOf(blueprint) === key) return problems.blueprint;
    for (const [file, kind] of this.#changing) if (identityOf(file) === key) return problems[kind];
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
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats && keyOf(stats);
  } catch {
    return undefined; // what cannot be inspected cannot be opened either
  }
}
