import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { didYouMean, IceError } from "@ice/core";
import { denied, refusing } from "./refusal.ts";

export interface AllowedFilesOptions {
  /** Directories below which files may be read and written, symlinks resolved. Default: the working directory. */
  readonly roots?: readonly string[];
  /** Largest file, in bytes, read or written. Default 16 MiB. */
  readonly maxFileBytes?: number;
}

/** Never through a link in the last place, never waiting for the other end of a pipe. */
const carefully = constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** How often a file may be replaced while it is opened. */
const mostReplacements = 10;

/**
 * Files that tools may touch: regular files below the allowed roots. Paths are relative to the first root. Symlinks are
 * followed before the check, and what was opened is compared with what stands at the checked path, so that a link that changes
 * in between gains nothing.
 */
export class AllowedFiles {
  readonly #roots: readonly string[];
  readonly #maxBytes: number;

  constructor({ roots = [process.cwd()], maxFileBytes = 16 * 1024 * 1024 }: AllowedFilesOptions = {}) {
    this.#roots = roots.map((root) => resolve(root));
    this.#maxBytes = maxFileBytes;
  }

  /**
   * The bytes of a file.
   *
   * @throws IceError `ICE_FILE_NOT_FOUND`, `ICE_FILE_DENIED` (outside the roots, no regular file, too large).
   */
  async read(path: string, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    return refusing(path, async () => {
      const handle = await this.#open(path, await this.#existing(path), constants.O_RDONLY);
      return closing(handle, () => handle.readFile({ signal }));
    });
  }

  /**
   * Writes a file whole: beside it first, then renamed, so that a reader never sees a half; a file that was there keeps its
   * permissions. `append` adds to its end instead. A cancelled call leaves the old file, or with `append` perhaps a part.
   *
   * @returns bytes written.
   * @throws IceError `ICE_FILE_DENIED`.
   */
  async write(
    path: string,
    content: string,
    { append = false, signal }: { readonly append?: boolean; readonly signal: AbortSignal },
  ): Promise<number> {
    signal.throwIfAborted();
    const bytes = Buffer.byteLength(content);
    if (bytes > this.#maxBytes)
      throw denied(
        path,
        `would have ${bytes} bytes; at most ${this.#maxBytes} are allowed`,
        "write less, or let the owner raise maxFileBytes",
      );
    await refusing(path, async () => {
      const file = await this.#target(path);
      if (append) await this.#append(path, file, content, bytes, signal);
      else await this.#replace(path, file, content, signal);
    });
    return bytes;
  }

  async #append(path: string, file: string, content: string, bytes: number, signal: AbortSignal): Promise<void> {
    const handle = await this.#open(path, file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, bytes);
    await closing(handle, () => handle.writeFile(content, { signal }));
  }

  async #replace(path: string, file: string, content: string, signal: AbortSignal): Promise<void> {
    const before = await stat(file).catch(() => undefined); // not there yet: that is the finding
    if (before !== undefined && !before.isFile()) throw denied(path, "is not a regular file", "name a file");
    const draft = join(dirname(file), `.ice-${randomUUID()}`); // short: the name of the file may be as long as names can be
    try {
      const handle = await this.#open(path, draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
      await closing(handle, async () => {
        if (before !== undefined) await handle.chmod(before.mode & 0o777);
        await handle.writeFile(content, { signal });
      });
      signal.throwIfAborted();
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {}); // the first error says more
      throw error;
    }
  }

  /** The real path of a file that is there and allowed. */
  async #existing(path: string): Promise<string> {
    const wanted = this.#absolute(path);
    const file = await realpath(wanted).catch(() => undefined);
    if (file !== undefined) return this.#inside(path, file);
    await this.#inside(path, await realParent(wanted)); // says "denied" before it says "not there": what is outside stays unknown
    throw new IceError("ICE_FILE_NOT_FOUND", `There is no file "${path}".`, {
      fix: (await nearby(wanted)) || "check the path",
      details: { path },
    });
  }

  /** The path of a file that may be written; its directory is made when it is missing. */
  async #target(path: string): Promise<string> {
    const wanted = this.#absolute(path);
    await this.#inside(path, await realParent(wanted));
    await mkdir(dirname(wanted), { recursive: true });
    const directory = await this.#inside(path, await realpath(dirname(wanted)));
    const file = join(directory, basename(wanted));
    const present = await realpath(file).catch(() => file);
    return this.#inside(path, present);
  }

  #absolute(path: string): string {
    if (path === "" || path.includes("\0")) throw denied(path, "is not a path", "name a file");
    return isAbsolute(path) ? resolve(path) : resolve(this.#roots[0] ?? ".", path);
  }

  async #inside(path: string, file: string): Promise<string> {
    for (const root of this.#roots) {
      const real = await realpath(root).catch(() => root);
      if (file === real || file.startsWith(real.endsWith(sep) ? real : real + sep)) return file;
    }
    throw denied(
      path,
      `lies outside the directories that are allowed (${this.#roots.join(", ")})`,
      "use a file below them, or let the owner allow its directory",
    );
  }

  /** Opens what stands at a checked path. A file that is replaced meanwhile, as `write` does it, is opened again. */
  async #open(path: string, file: string, flags: number, moreBytes = 0): Promise<FileHandle> {
    for (let attempt = 1; attempt <= mostReplacements; attempt += 1) {
      const handle = await open(file, flags | carefully, 0o644);
      try {
        const stats = await handle.stat();
        this.#checkStats(path, stats, moreBytes);
        const there = await lstat(await this.#inside(path, await realpath(file)));
        if (there.dev === stats.dev && there.ino === stats.ino) return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
      await handle.close();
    }
    throw denied(path, "changed whenever it was opened", "try again when nobody else writes it");
  }

  #checkStats(path: string, stats: Stats, moreBytes: number): void {
    if (!stats.isFile()) throw denied(path, "is not a regular file", "name a file");
    if (stats.size + moreBytes > this.#maxBytes)
      throw denied(
        path,
        `has ${stats.size + moreBytes} bytes; at most ${this.#maxBytes} are allowed`,
        "use a smaller file, or let the owner raise maxFileBytes",
      );
  }
}

async function closing<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}

/** The real path of the nearest directory above that is there. */
async function realParent(path: string): Promise<string> {
  for (let at = dirname(path); ; at = dirname(at)) {
    const real = await realpath(at).catch(() => undefined);
    if (real !== undefined || at === dirname(at)) return real ?? at;
  }
}

async function nearby(path: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => []);
  return didYouMean(basename(path), names);
}
