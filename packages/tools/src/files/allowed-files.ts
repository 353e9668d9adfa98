import { constants, type Stats } from "node:fs";
import { mkdir, open, readdir, realpath, rename, rm, type FileHandle } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { didYouMean, IceError } from "@ice/core";

export interface AllowedFilesOptions {
  /** Directories below which files may be read and written, symlinks resolved. Default: the working directory. */
  readonly roots?: readonly string[];
  /** Largest file, in bytes, read or written. Default 16 MiB. */
  readonly maxFileBytes?: number;
}

/**
 * Files that tools may touch: regular files below the allowed roots. Paths are relative to the first root. Symlinks are
 * followed before the check, and what was opened is checked again, so that a link that changes in between gains nothing.
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
    const file = await this.#existing(path);
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
      (cause: unknown) => {
        throw denied(path, "cannot be opened", "check its permissions", cause);
      },
    );
    try {
      const stats = await handle.stat();
      await this.#checkOpened(path, file, stats);
      return await handle.readFile({ signal });
    } finally {
      await handle.close();
    }
  }

  /**
   * Writes a file whole: beside it first, then renamed, so that a reader never sees a half. `append` adds to its end instead.
   *
   * @returns bytes written.
   * @throws IceError `ICE_FILE_DENIED`.
   */
  async write(
    path: string,
    content: string,
    { append = false, signal }: { readonly append?: boolean; readonly signal: AbortSignal },
  ): Promise<number> {
    const bytes = Buffer.byteLength(content);
    if (bytes > this.#maxBytes)
      throw denied(
        path,
        `would have ${bytes} bytes; at most ${this.#maxBytes} are allowed`,
        "write less, or let the owner raise maxFileBytes",
      );
    signal.throwIfAborted();
    const file = await this.#target(path);
    if (append) {
      const handle = await open(
        file,
        constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
        0o644,
      );
      await writeAndClose(handle, content, signal, (stats) => this.#checkOpened(path, file, stats, bytes));
      return bytes;
    }
    const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
    try {
      await writeAndClose(await open(draft, "wx", 0o644), content, signal);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    return bytes;
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

  async #checkOpened(path: string, file: string, stats: Stats, more = 0): Promise<void> {
    if (!stats.isFile()) throw denied(path, "is not a regular file", "name a file");
    if (stats.size + more > this.#maxBytes)
      throw denied(
        path,
        `has ${stats.size + more} bytes; at most ${this.#maxBytes} are allowed`,
        "use a smaller file, or let the owner raise maxFileBytes",
      );
    await this.#inside(path, await realpath(file));
  }
}

async function writeAndClose(
  handle: FileHandle,
  content: string,
  signal: AbortSignal,
  check: (stats: Stats) => Promise<void> = async () => {},
): Promise<void> {
  try {
    await check(await handle.stat());
    await handle.writeFile(content, { signal });
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

function denied(path: string, why: string, fix: string, cause?: unknown): IceError {
  return new IceError("ICE_FILE_DENIED", `"${path}" ${why}.`, {
    fix,
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
