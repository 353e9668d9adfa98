import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { IceError } from "@ice/core";
import { denied, errorCodeOf, notFound, toFileError, shown } from "./file-errors.ts";

/** Options of reading one file. */
export interface RegularFileOptions {
  /** Maximum size in bytes. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Name of the file in messages. Default: the file. */
  readonly path?: string | undefined;
}

export const defaultMaxBytes: number = 16 * 1024 * 1024;

/** Opening does not block on a pipe or a device. */
const reading = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Reads the bytes of a file that the owner names. Directories, pipes and devices are refused, and the size is checked first.
 *
 * @throws IceError `ICE_FILE_NOT_FOUND` if there is no regular file; `ICE_FILE_DENIED` if the system does not permit it, or it is
 * too large (`details.bytes`).
 */
export async function readRegularFile(file: string, options: RegularFileOptions = {}): Promise<Uint8Array> {
  const { maxBytes = defaultMaxBytes, signal, path = file } = options;
  signal?.throwIfAborted();
  try {
    checkFile(path, await stat(file), maxBytes);
    const handle = await open(file, reading);
    try {
      checkFile(path, await handle.stat(), maxBytes);
      return await readAtMost(handle, { path, maxBytes, signal });
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw openingError(path, error);
  }
}

/** The same, synchronously. */
export function readRegularFileSync(file: string, options: Omit<RegularFileOptions, "signal"> = {}): Uint8Array {
  const { maxBytes = defaultMaxBytes, path = file } = options;
  try {
    checkFile(path, statSync(file), maxBytes);
    const descriptor = openSync(file, reading);
    try {
      checkFile(path, fstatSync(descriptor), maxBytes);
      return readAtMostSync(descriptor, path, maxBytes);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw openingError(path, error);
  }
}

export interface SizeLimit {
  readonly maxBytes: number;
  /** Bytes to be added. Default 0. */
  readonly more?: number;
}

/** @throws IceError `ICE_FILE_DENIED`; `details.bytes` is the size of a file that is too large. */
export function checkSize(path: string, stats: Stats, { maxBytes, more = 0 }: SizeLimit): void {
  if (stats.size + more > maxBytes) throw tooLarge(path, stats.size + more, maxBytes);
}

/** Reads an open file to its end, in parts; a file that grows meanwhile is bounded too. */
export async function readAtMost(
  handle: FileHandle,
  {
    path,
    maxBytes,
    signal,
  }: { readonly path: string; readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for (let bytes = 0; ;) {
    signal?.throwIfAborted();
    const part = partAfter(bytes);
    const { bytesRead } = await handle.read(part, 0, part.length, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    bytes += bytesRead;
    if (bytes > maxBytes) throw tooLarge(path, bytes, maxBytes);
    parts.push(part.subarray(0, bytesRead));
  }
}

/** Room for the next part; most files fit into the first one. */
const partAfter = (bytes: number): Buffer => Buffer.allocUnsafe(bytes === 0 ? 64 * 1024 : 1024 * 1024);

function readAtMostSync(descriptor: number, path: string, maxBytes: number): Uint8Array {
  const parts: Buffer[] = [];
  for (let bytes = 0; ;) {
    const part = partAfter(bytes);
    const bytesRead = readSync(descriptor, part, 0, part.length, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    bytes += bytesRead;
    if (bytes > maxBytes) throw tooLarge(path, bytes, maxBytes);
    parts.push(part.subarray(0, bytesRead));
  }
}

function checkFile(path: string, stats: Stats, maxBytes: number): void {
  if (!stats.isFile())
    throw new IceError("ICE_FILE_NOT_FOUND", `"${shown(path)}" is ${kindOf(stats)}, not a file.`, {
      fix: "name a regular file",
      details: { path },
    });
  checkSize(path, stats, { maxBytes });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  return stats.isFIFO() ? "a pipe" : stats.isSocket() ? "a socket" : "a device";
}

const tooLarge = (path: string, bytes: number, maxBytes: number): Error =>
  denied(path, `has ${bytes} bytes; at most ${maxBytes} are allowed`, {
    fix: "use a smaller file, or have the owner raise the limit",
    bytes,
    maxBytes,
  });

function openingError(path: string, error: unknown): unknown {
  const code = errorCodeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") return notFound(path, "", error);
  return toFileError(path, error);
}
