import { posix, sep, join } from "node:path";
import { IceError, type FileAccess, type Json, type SandboxGrants } from "@ice/core";

/** Files below the granted directories. The guest refers to them by its own absolute paths. */
export interface GrantedFiles {
  read(path: string): Promise<Json>;
  /** Writes UTF-8 text; creates missing directories. */
  write(path: string, text: string): Promise<Json>;
  /** Names in a directory, sorted; directories end with `/`. */
  list(path: string): Promise<Json>;
}

interface Mount {
  readonly guest: string;
  readonly host: string;
  readonly readonly: boolean;
}

const maxBytes = 1_048_576;

/**
 * @param access - what the process owner allows. Undefined: nothing can be granted.
 * @param signal - of the execution; aborts file operations in progress.
 * @throws IceError `ICE_SANDBOX_DENIED` for a directory that `access` does not allow, or a guest path that is not absolute.
 */
export async function grantFiles(
  files: NonNullable<SandboxGrants["files"]>,
  access: FileAccess | undefined,
  signal?: AbortSignal,
): Promise<GrantedFiles> {
  if (access === undefined) throw denied("No files can be granted here.");
  const mounts: Mount[] = [];
  for (const [guest, { dir, readonly = true }] of Object.entries(files)) {
    if (!guest.startsWith("/") || guest.includes("\0")) throw denied(`The path "${guest}" of a grant is not absolute.`);
    mounts.push({ guest: posix.normalize(`${guest}/`), host: await granted(access, dir, !readonly), readonly });
  }
  return {
    async read(path) {
      const { file, within } = locate(mounts, path);
      const bytes = await staying(access.read(file, { name: path, within, signal, maxBytes }));
      return Buffer.from(bytes).toString("utf8");
    },
    async write(path, text) {
      const { file, within, readonly } = locate(mounts, path);
      if (readonly) throw denied(`"${shown(path)}" is granted read-only.`);
      await staying(access.write(file, text, { name: path, within, signal }));
      return null;
    },
    async list(path) {
      const { file, within } = locate(mounts, path);
      return [...(await staying(access.list(file, { name: path, within, signal })))];
    },
  };
}

async function granted(access: FileAccess, dir: string, write: boolean): Promise<string> {
  try {
    return await access.grant(dir, { write });
  } catch (cause) {
    if (!IceError.is(cause)) throw cause;
    const what = write ? "for writing" : "for reading";
    throw denied(
      `The directory "${shown(dir)}" may not be granted ${what}: the process owner does not allow it.`,
      cause,
    );
  }
}

/** The host file for a guest path. Links are resolved when it is opened. */
function locate(
  mounts: readonly Mount[],
  path: string,
): { readonly file: string; readonly within: string; readonly readonly: boolean } {
  const normal = path.length > maxPath ? "" : posix.normalize(path);
  const mount = mounts.find(({ guest }) => normal.startsWith(guest) || `${normal}/` === guest);
  if (mount === undefined || path.includes("\0")) throw denied(`"${shown(path)}" is not granted.`);
  const { host: within, readonly } = mount;
  return { file: join(within, posix.relative(mount.guest, normal).replaceAll("/", sep)), within, readonly };
}

const maxPath = 4096;

/** A path that leads out of the granted directory ends the execution, like one that is not granted. */
async function staying<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw IceError.is(error) && error.details["leaves"] === true ? denied(error.message, error) : error;
  }
}

const shown = (path: string): string => path.slice(0, 200);

function denied(message: string, cause?: unknown): IceError {
  return new IceError("ICE_SANDBOX_DENIED", message, {
    fix: "let the owner allow the directory (allow: { read: [...], write: [...] }), or grant another one",
    cause,
  });
}
