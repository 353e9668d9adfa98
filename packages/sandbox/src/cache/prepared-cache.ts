import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, rename, rm, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join, posix, win32 } from "node:path";
import type { IceError } from "@ice/core";
import { packPieces, unpackPieces, type Pieces } from "./pack-pieces.ts";

export interface PreparedCacheOptions {
  /** Maximum number of entries; the least recently used is removed first. Default 64. */
  readonly maxEntries?: number | undefined;
  /** Maximum total size, in bytes. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** Whether a folder that cannot be used is an error; otherwise nothing is stored. Default true. */
  readonly required?: boolean | undefined;
}

/** Maximum size of an entry, in bytes; a larger one is not stored. */
const maxEntryBytes = 64 * 2 ** 20;
/** Milliseconds after which a temporary file counts as left behind by a crashed process. */
const abandonedMs = 3_600_000;
const entryName = /^[0-9a-f]{64}\.prepared$/;

/**
 * A folder of prepared components and interpreters, one file each. They are generated code, so the folder and its files must
 * belong to the user of this process and be writable by no one else; a damaged file, or one written under another key, counts as
 * absent. Files are written under a temporary name and renamed, so several processes may share a folder.
 */
export class PreparedCache {
  readonly #folder: string;
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #required: boolean;
  #ready: Promise<void> | undefined;

  constructor(
    folder: string,
    { maxEntries = 64, maxBytes = 256 * 2 ** 20, required = true }: PreparedCacheOptions = {},
  ) {
    this.#folder = folder;
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#required = required;
  }

  /**
   * @param key - sha256 in hexadecimal, of everything that determines the result.
   * @throws IceError `ICE_SANDBOX_DENIED` for a folder that others may write to, or that cannot be created.
   */
  async get(key: string): Promise<Pieces | undefined> {
    try {
      await this.#prepareFolder();
    } catch (error) {
      if (this.#required) throw error;
      return undefined;
    }
    const file = this.#fileOf(key);
    // Without O_NONBLOCK a named pipe would never be opened.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(file, flags).catch(() => undefined);
    if (handle === undefined) return undefined;
    try {
      const found = await handle.stat();
      if (!found.isFile() || !isOwn(found) || found.size > maxEntryBytes) return undefined;
      const pieces = unpackPieces(key, await handle.readFile());
      if (pieces !== undefined) await utimes(file, new Date(), new Date()).catch(() => {}); // affects only the order of removal
      return pieces;
    } finally {
      await handle.close();
    }
  }

  /** Stores an entry. An entry that cannot be written is prepared again the next time, so failures are not reported. */
  async put(key: string, pieces: Pieces): Promise<void> {
    const packed = packPieces(key, pieces);
    if (packed.length > maxEntryBytes) return;
    const written = `${this.#fileOf(key)}.${process.pid}.${performance.now()}.new`;
    try {
      await this.#prepareFolder();
      const handle = await open(written, "wx", 0o600);
      try {
        await handle.writeFile(packed);
      } finally {
        await handle.close();
      }
      await rename(written, this.#fileOf(key));
      await this.#removeOldest();
    } catch {
      await rm(written, { force: true }).catch(() => {}); // it did not exist
    }
  }

  #fileOf(key: string): string {
    return join(this.#folder, `${key}.prepared`);
  }

  #prepareFolder(): Promise<void> {
    this.#ready ??= prepareFolder(this.#folder);
    return this.#ready;
  }

  async #removeOldest(): Promise<void> {
    const entries = [];
    for (const name of await readdir(this.#folder)) {
      const file = join(this.#folder, name);
      const found = await lstat(file).catch(() => undefined); // another process removed it
      if (found === undefined) continue;
      if (entryName.test(name)) entries.push({ file, bytes: found.size, usedMs: found.mtimeMs });
      else if (name.endsWith(".new") && Date.now() - found.mtimeMs > abandonedMs) await rm(file, { force: true });
    }
    let bytes = 0;
    for (const [position, entry] of entries.toSorted((a, b) => b.usedMs - a.usedMs).entries()) {
      bytes += entry.bytes;
      if (position >= this.#maxEntries || bytes > this.#maxBytes) await rm(entry.file, { force: true });
    }
  }
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    // The mode applies to every folder that is created, less the umask.
    if (made !== undefined) await chmod(folder, 0o700);
  } catch (cause) {
    throw await denied("The folder of `sandbox.cache` cannot be created", cause);
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || !isOwn(found))
    throw await denied(
      "Prepared modules cannot be stored in `sandbox.cache`: it is not a folder that only this user may write to.",
    );
}

/** The folder belongs to the user of this process, who alone may write to it. Windows protects a user's folders itself. */
function isOwn({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Core is loaded only here: without it, the thread that finds a cached interpreter is ready in half the time. */
async function denied(message: string, cause?: unknown): Promise<IceError> {
  const [core, { systemReason }] = await Promise.all([import("@ice/core"), import("@ice/core/internal")]);
  const reason = cause === undefined ? "" : `: ${systemReason(cause)}`;
  return new core.IceError("ICE_SANDBOX_DENIED", `${message}${reason}`, {
    fix: "set `sandbox.cache` to a folder that only you may write to, or to false",
    cause,
  });
}

/**
 * The cache folder of this user, by the convention of the operating system. A relative one would depend on where the process
 * runs, for instance in a folder from an untrusted source, so it counts as absent; undefined if no folder is known.
 *
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function defaultCacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string = homedir(),
): string | undefined {
  const { isAbsolute } = platform === "win32" ? win32 : posix;
  const absolute = (path: string | undefined): string | undefined =>
    path !== undefined && isAbsolute(path) ? path : undefined;
  const inHome = (...names: readonly string[]): string | undefined =>
    absolute(home) === undefined ? undefined : join(home, ...names);
  const caches = {
    darwin: inHome("Library", "Caches"),
    win32: absolute(env["LOCALAPPDATA"]) ?? inHome("AppData", "Local"),
  };
  const folder =
    platform === "darwin" || platform === "win32"
      ? caches[platform]
      : (absolute(env["XDG_CACHE_HOME"]) ?? inHome(".cache"));
  return folder === undefined ? undefined : join(folder, "ice-sandbox");
}

/** The cache key of a file: its sha256, and the version of the tools that prepare it. */
export function cacheKeyOf(sha256: string, tools: string): string {
  return createHash("sha256").update(`${sha256}\n${tools}`).digest("hex");
}
