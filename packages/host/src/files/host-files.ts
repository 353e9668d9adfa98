import { constants, type Stats } from "node:fs";
import { lstat, mkdir, open, opendir, readdir, realpath, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type {
  FileAccess,
  FileOptions,
  FileReadOptions,
  FileWriteOptions,
  ProtectedKind,
  ReferencedFile,
} from "@ice/core";
import { checkNumbers, checkTenant, defaultTenant, didYouMean } from "@ice/core/internal";
import { AllowedDirectories, type FileUse } from "./allowed-directories.ts";
import { checkedPath } from "./checked-path.ts";
import type { FileAccessOptions } from "./file-access-options.ts";
import { isOfKernel, isOfKernelSync } from "./kernel-files.ts";
import { kernelProblem, ProtectedFiles } from "./protected-files.ts";
import { problemOfName, problemOfWays, type Ways } from "./protected-names.ts";
import { existingPathSync, realPathOf, realPathOfSync, wayBelow } from "./real-path.ts";
import { denied, notFound, withFileErrors } from "./file-errors.ts";
import { checkSize, defaultMaxBytes, readAtMost, readRegularFileSync, type SizeLimit } from "./regular-file.ts";
import { closing, replaceFile } from "./replace-file.ts";

/** Does not follow a link in the last part, and does not block on a pipe. */
const carefully = constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Number of times that a file may be replaced while it is opened. */
const maxReplacements = 10;
const maxEntries = 10_000;
/** In a directory of the owner. */
const tenantPart = "{tenant}";

/** What a path is used for, and what messages call it. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly use: FileUse;
  readonly within: string | undefined;
}

/**
 * Links are followed before the check, and the opened file is compared with the one at the checked path, so that changing a link
 * in between has no effect.
 */
export class HostFiles implements FileAccess {
  readonly #options: FileAccessOptions;
  readonly #ofTenants: Map<string, HostFiles>;
  readonly #directory: string;
  readonly #allowed: Readonly<Record<FileUse, AllowedDirectories>>;
  readonly #references: AllowedDirectories;
  readonly #protected: ProtectedFiles;
  readonly #maxBytes: number;

  /** @param of - the access for another tenant, which shares what is protected. */
  constructor(options: FileAccessOptions, tenant: string = defaultTenant, of?: HostFiles) {
    const { directory = process.cwd(), read = ["."], write, blueprints = [], maxFileBytes } = options;
    checkNumbers("file access", { maxFileBytes });
    this.#options = options;
    this.#ofTenants = (of === undefined ? new Map<string, HostFiles>() : of.#ofTenants).set(tenant, this);
    this.#directory = resolve(directory);
    const own = (directories: readonly string[]): readonly string[] =>
      directories.map((one) => one.replaceAll(tenantPart, tenant));
    this.#allowed = {
      read: new AllowedDirectories(own(read), this.#directory),
      write: new AllowedDirectories(own(write ?? ["out"]), this.#directory, { followed: write !== undefined }),
    };
    this.#references = new AllowedDirectories([".", ...own(read), ...own(blueprints)], this.#directory);
    this.#protected = of === undefined ? new ProtectedFiles(this.#directory) : of.#protected;
    this.#maxBytes = maxFileBytes ?? defaultMaxBytes;
  }

  forTenant(tenant: string): FileAccess {
    const { read = [], write = [], blueprints = [] } = this.#options;
    if (![...read, ...write, ...blueprints].some((directory) => directory.includes(tenantPart))) return this;
    return this.#ofTenants.get(tenant) ?? new HostFiles(this.#options, checkTenant(tenant), this);
  }

  async read(
    path: string,
    { name = path, within, signal, maxBytes = Infinity }: FileReadOptions = {},
  ): Promise<Uint8Array> {
    signal?.throwIfAborted();
    const size: SizeLimit = { maxBytes: Math.min(maxBytes, this.#maxBytes) };
    const place: Place = { path, name, use: "read", within };
    return withFileErrors(name, async () => {
      const handle = await this.#open(place, await this.#existing(place), constants.O_RDONLY, size);
      return closing(handle, () => readAtMost(handle, { path: name, signal, ...size }));
    });
  }

  async write(
    path: string,
    text: string,
    { append = false, name = path, within, signal }: FileWriteOptions = {},
  ): Promise<number> {
    signal?.throwIfAborted();
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#maxBytes)
      throw denied(name, `would have ${bytes} bytes; at most ${this.#maxBytes} are allowed`, {
        fix: "write less, or have the owner raise maxFileBytes",
      });
    const place: Place = { path, name, use: "write", within };
    await withFileErrors(name, async () => {
      const file = await this.#target(place);
      const size: SizeLimit = { maxBytes: this.#maxBytes, more: append ? bytes : 0 };
      if (!append)
        return replaceFile(file, { path: name, text, signal }, (draft, flags) => this.#open(place, draft, flags, size));
      const handle = await this.#open(place, file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, size);
      return closing(handle, () => handle.writeFile(text, { signal }));
    });
    return bytes;
  }

  async list(path: string, { name = path, within, signal }: FileOptions = {}): Promise<readonly string[]> {
    signal?.throwIfAborted();
    const place: Place = { path, name, use: "read", within };
    return withFileErrors(name, async () => {
      const directory = await this.#existing(place);
      const names: string[] = [];
      for await (const entry of await opendir(directory)) {
        if (this.#isHidden(directory, entry.name)) continue;
        names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
        if (names.length > maxEntries)
          throw denied(name, `has more than ${maxEntries} entries`, { fix: "use a smaller directory" });
        signal?.throwIfAborted();
      }
      return names.toSorted();
    });
  }

  async grant(directory: string, { write }: { readonly write: boolean }): Promise<string> {
    const place: Place = { path: directory, name: directory, use: write ? "write" : "read", within: undefined };
    return withFileErrors(directory, async () => {
      const wanted = checkedPath(directory, this.#directory);
      return this.#check(place, wanted, await realPathOf(wanted));
    });
  }

  readReference(path: string, base: string, { maxBytes }: { readonly maxBytes: number }): ReferencedFile {
    const wanted = checkedPath(path, dirname(base));
    const present = existingPathSync(wanted);
    const file = present ?? realPathOfSync(wanted);
    const ways = this.#references.waysToSync(file);
    if (ways.length === 0)
      throw denied(path, "is outside the directories from which blueprints are read", {
        fix:
          this.#options.isShared === true
            ? "refer to another file"
            : `move it below ${this.#references.named.join(", ")}`,
      });
    this.#checkProtected(path, file, [ways, this.#references.writtenWaysTo(wanted)], "blueprint");
    if (present === undefined) throw notFound(path);
    if (isOfKernelSync(file)) throw protectedFile(path, kernelProblem);
    const bytes = readRegularFileSync(file, { maxBytes, path });
    if (existingPathSync(wanted) !== file) throw denied(path, "changed while it was being read", { fix: "try again" });
    return { file, bytes };
  }

  protect(file: string, kind: ProtectedKind): void {
    this.#protected.protect(resolve(this.#directory, file), kind);
  }

  /** The real path of an existing, allowed file. */
  async #existing(place: Place): Promise<string> {
    const wanted = checkedPath(place.path, this.#directory);
    const present = await realpath(wanted).catch(() => undefined);
    // Whether a file outside exists stays secret: "denied" is reported before "not found".
    const file = await this.#check(place, wanted, present ?? (await realPathOf(wanted)));
    if (present !== undefined) return file;
    throw notFound(place.name, await this.#nearby(wanted));
  }

  /** A file beside a missing one that may be meant. */
  async #nearby(path: string): Promise<string> {
    const directory = dirname(path);
    const names = await readdir(directory).catch(() => []);
    return didYouMean(
      basename(path),
      names.filter((name) => !this.#isHidden(directory, name)),
    );
  }

  /** Whether an entry of a directory is never accessible. */
  #isHidden(directory: string, name: string): boolean {
    return problemOfName(name) !== undefined || this.#protected.problemOf(join(directory, name)) !== undefined;
  }

  /** The path of a file that may be written; its directory is created if it is missing. */
  async #target(place: Place): Promise<string> {
    const wanted = checkedPath(place.path, this.#directory);
    await this.#check(place, wanted, join(await realPathOf(dirname(wanted)), basename(wanted)));
    await mkdir(dirname(wanted), { recursive: true });
    const file = join(await realpath(dirname(wanted)), basename(wanted));
    const present = await realpath(file).catch(() => undefined);
    if (present === undefined && (await isLink(file)))
      throw denied(place.name, "is a link to a file that does not exist", {
        fix: "write to a file, or remove the link",
        leaves: true,
      });
    return this.#check(place, wanted, present ?? file);
  }

  /** The real path, if this use is allowed. */
  async #check({ name, use, within }: Place, wanted: string, file: string): Promise<string> {
    // First: the holder of a granted directory must not access the others.
    if (within !== undefined && wayBelow(within, file) === undefined)
      throw denied(name, "is outside the granted directory", { fix: "use a file inside it", leaves: true });
    const allowed = this.#allowed[use];
    const ways = await allowed.waysTo(file);
    if (ways.length === 0)
      throw denied(name, `is outside the directories that may be ${pastOf[use]}${await this.#list(allowed)}`, {
        fix: `use a file inside them, or have the owner allow its directory: allow: { ${use}: [...] }`,
      });
    this.#checkProtected(name, file, [ways, allowed.writtenWaysTo(wanted)]);
    if (await isOfKernel(file)) throw protectedFile(name, kernelProblem);
    return file;
  }

  /** The directories in parentheses. Others than the owner learn only whether there are any. */
  async #list(allowed: AllowedDirectories): Promise<string> {
    return this.#options.isShared === true && allowed.named.length > 0 ? "" : ` (${await allowed.describe()})`;
  }

  /** @param ways - from the allowed directories to the file and to its path as given, because a link has its own name. */
  #checkProtected(path: string, file: string, ways: readonly Ways[], except?: ProtectedKind): void {
    const names = ways.map(problemOfWays).find((problem) => problem !== undefined);
    const problem = names ?? this.#protected.problemOf(file, except);
    if (problem !== undefined) throw protectedFile(path, problem);
  }

  /** Opens the file at a checked path. If it is replaced meanwhile, as `write` does, it is opened again. */
  async #open(place: Place, file: string, flags: number, size: SizeLimit): Promise<FileHandle> {
    const { name, use } = place;
    const present = await stat(file).catch(() => undefined); // missing: opening it fails, or creates it
    if (present !== undefined) checkTarget(name, present, size);
    for (let attempt = 1; attempt <= maxReplacements; attempt += 1) {
      const handle = await open(file, flags | carefully, 0o644);
      try {
        const stats = await handle.stat();
        checkTarget(name, stats, size);
        const problem = this.#protected.problemOfStats(stats);
        if (problem !== undefined) throw protectedFile(name, problem);
        // Only `append` opens an existing file.
        if (use === "write" && stats.nlink > 1)
          throw denied(name, "has other hard links, which may be outside the allowed directories", {
            fix: "write to another file, or replace it",
          });
        const there = await lstat(await this.#check(place, file, await realpath(file)));
        if (there.dev === stats.dev && there.ino === stats.ino) return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
      await handle.close();
    }
    throw denied(name, "changed each time it was opened", { fix: "try again when no other program writes to it" });
  }
}

function checkTarget(path: string, stats: Stats, size: SizeLimit): void {
  if (!stats.isFile()) throw denied(path, "is not a regular file", { fix: "name a file" });
  checkSize(path, stats, size);
}

const pastOf: Readonly<Record<FileUse, string>> = { read: "read", write: "written" };

const protectedFile = (path: string, problem: string): Error =>
  denied(path, `is protected: ${problem}`, { fix: "use another file" });

async function isLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined); // a missing file is not a link
  return stats?.isSymbolicLink() === true;
}
