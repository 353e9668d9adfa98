import { constants } from "node:fs";
import { rename, rm, stat, type FileHandle } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { denied } from "./file-errors.ts";

interface Replacement {
  readonly path: string;
  readonly text: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes a file beside it first and then renames it, so that a reader never sees a partial file; an existing file keeps its
 * permissions. A cancelled call leaves the old file.
 */
export async function replaceFile(
  file: string,
  { path, text, signal }: Replacement,
  open: (draft: string, flags: number) => Promise<FileHandle>,
): Promise<void> {
  const before = await stat(file).catch(() => undefined); // missing: that is the result
  if (before !== undefined && !before.isFile()) throw denied(path, "is not a regular file", { fix: "name a file" });
  const draft = join(dirname(file), `ice-draft-${randomUUID()}`); // short, because the file's own name may have the maximum length
  try {
    const handle = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
    await closing(handle, async () => {
      if (before !== undefined) await handle.chmod(before.mode & 0o777);
      await handle.writeFile(text, { signal });
    });
    signal?.throwIfAborted();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {}); // the first error matters more
    throw error;
  }
}

export async function closing<T>(handle: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}
