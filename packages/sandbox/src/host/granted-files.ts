import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { IceError, type Json, type SandboxGrants } from "@ice/core";

/** Files below the directories that were granted; the guest names them by its own absolute paths. */
export interface GrantedFiles {
  read(path: string): Promise<Json>;
  /** Writes UTF-8 text; makes the folders on the way. */
  write(path: string, text: string): Promise<Json>;
  /** Names in a directory, sorted; directories end with `/`. */
  list(path: string): Promise<Json>;
}

interface Mount {
  readonly guest: string;
  readonly host: string;
  readonly readonly: boolean;
}

const mostBytes = 1_048_576;
const mostEntries = 10_000;

/**
 * @param roots - directories that the process owner allows.
 * @throws IceError `ICE_SANDBOX_DENIED` for a directory outside them, or a guest path that is not absolute.
 */
export async function grantFiles(
  files: NonNullable<SandboxGrants["files"]>,
  roots: readonly string[],
): Promise<GrantedFiles> {
  const allowed = await Promise.all(roots.map((root) => realpath(root)));
  const mounts: Mount[] = [];
  for (const [guest, { dir, readonly = true }] of Object.entries(files)) {
    if (!guest.startsWith("/") || guest.includes("\0")) throw denied(`The path "${guest}" of a grant is not absolute.`);
    const host = await realpath(resolve(dir)).catch(() => undefined);
    if (host === undefined || !allowed.some((root) => isInside(root, host)))
      throw denied(`The directory "${dir}" may not be granted: the process owner does not allow it.`);
    mounts.push({ guest: posix.normalize(`${guest}/`), host, readonly });
  }
  return {
    async read(path) {
      const { file } = await locate(mounts, path);
      const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(notThere(path));
      try {
        const { size } = await handle.stat();
        if (size > mostBytes) throw new IceError("ICE_FILE_DENIED", `"${path}" is larger than ${mostBytes} bytes.`);
        return await handle.readFile("utf8");
      } finally {
        await handle.close();
      }
    },
    async write(path, text) {
      const { file, mount } = await locate(mounts, path);
      if (mount.readonly) throw denied(`"${path}" is granted for reading only.`);
      await mkdir(dirname(file), { recursive: true });
      await locate(mounts, path);
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
      const handle = await open(file, flags, 0o644).catch(notThere(path));
      try {
        await handle.writeFile(text, "utf8");
      } finally {
        await handle.close();
      }
      return null;
    },
    async list(path) {
      const { file } = await locate(mounts, path);
      const entries = await readdir(file, { withFileTypes: true }).catch(notThere(path));
      if (entries.length > mostEntries)
        throw new IceError("ICE_FILE_DENIED", `"${path}" has more than ${mostEntries} entries.`);
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted();
    },
  };
}

/** The host's file for a guest's path. Links are resolved first: what they point to must lie inside the mount. */
async function locate(mounts: readonly Mount[], path: string): Promise<{ file: string; mount: Mount }> {
  const normal = posix.normalize(path);
  const mount = mounts.find(({ guest }) => normal.startsWith(guest) || `${normal}/` === guest);
  if (mount === undefined || path.includes("\0")) throw denied(`"${path.slice(0, 200)}" is not granted.`);
  const file = join(mount.host, posix.relative(mount.guest, normal));
  if (!isInside(mount.host, await realPathOf(file)))
    throw denied(`"${path.slice(0, 200)}" leads out of what is granted.`);
  return { file, mount };
}

/** The real path of a file that need not be there: that of the deepest part that is, and the rest. */
async function realPathOf(file: string): Promise<string> {
  const found = await realpath(file).catch(() => undefined);
  if (found !== undefined) return found;
  // A link that leads nowhere would be followed when the file is made.
  const isLink = await lstat(file).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );
  if (isLink) return sep;
  const parent = dirname(file);
  return parent === file ? file : join(await realPathOf(parent), relative(parent, file));
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!way.startsWith(`..${sep}`) && way !== ".." && !isAbsolute(way));
}

function notThere(path: string): (error: unknown) => never {
  return (cause) => {
    throw new IceError("ICE_FILE_NOT_FOUND", `"${path.slice(0, 200)}" cannot be opened.`, { cause });
  };
}

function denied(message: string): IceError {
  return new IceError("ICE_SANDBOX_DENIED", message, {
    fix: "allow the directory (sandbox.allow.files), or grant another",
  });
}
