import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Options of every access to a file. */
export interface FileOptions {
  /** What messages call the file. Default: the path. */
  readonly name?: string | undefined;
  /** A directory that `grant` returned: the file has to lie below it too; `details.leaves` of the denial is true otherwise. */
  readonly within?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of reading a file. */
export interface FileReadOptions extends FileOptions {
  /** Largest file in bytes, when it is less than what the owner allows. */
  readonly maxBytes?: number | undefined;
}

/** Options of writing a file. */
export interface FileWriteOptions extends FileOptions {
  /** Add to the end instead of replacing the file. Default false. */
  readonly append?: boolean | undefined;
}

/** A blueprint that another one names. */
export interface ReferencedFile {
  /** Absolute, links resolved; equal for two references to the same file. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that blueprints, tools and code may touch: regular files below the directories that the owner of the process allows,
 * links resolved. Whatever the directories are, the configuration of ice, `package.json`, lock files, `node_modules`, names that
 * begin with a dot and the files given to `protect` are neither read nor written.
 *
 * Every method throws IceError `ICE_FILE_DENIED` for a file that may not be touched, is no regular file or is too large, and the
 * reading ones `ICE_FILE_NOT_FOUND` for one that is not there. `details.path` is the path as it was given.
 */
export interface FileAccess {
  /** The bytes of a file. Relative paths start in the owner's directory. */
  read(path: string, options?: FileReadOptions): Promise<Uint8Array>;
  /**
   * Writes a text as UTF-8, whole or not at all; `append` adds to the end. Missing directories are made.
   *
   * @returns bytes written.
   */
  write(path: string, text: string, options?: FileWriteOptions): Promise<number>;
  /** Names in a directory, sorted, without those that may not be touched; directories end with `/`. At most 10,000. */
  list(path: string, options?: FileOptions): Promise<readonly string[]>;
  /**
   * Checks a directory that code is to be granted, for reading or, with `write`, for writing too.
   *
   * @returns its absolute path, links resolved, for `within`.
   */
  grant(directory: string, options: { readonly write: boolean }): Promise<string>;
  /**
   * Reads the file that a blueprint refers to, without waiting for anything. Blueprints may name each other, so protected
   * blueprints are read; whatever else is protected is not.
   *
   * @param path - as the blueprint says it, relative to `base`.
   * @param base - absolute path of the blueprint that refers to it.
   */
  readReference(path: string, base: string, options: { readonly maxBytes: number }): ReferencedFile;
  /** From now on a file is neither read nor written, by this name or another: a store, a blueprint. Repeating it is harmless. */
  protect(file: string, kind: ProtectedKind): void;
}

/** What a protected file is. A store has side files (`-wal`, `-shm`, `-journal`), which are protected with it. */
export type ProtectedKind = "blueprint" | "configuration" | "store";

export const FileAccess: ServiceKey<FileAccess> = serviceKey("fileAccess");
