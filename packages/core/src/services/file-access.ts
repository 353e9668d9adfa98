import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Options of every file access. */
export interface FileOptions {
  /** Name of the file in messages. Default: the path. */
  readonly name?: string | undefined;
  /** A directory that `grant` returned: the file must be below it too; otherwise `details.leaves` of the error is true. */
  readonly within?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of reading a file. */
export interface FileReadOptions extends FileOptions {
  /** Maximum size in bytes, if it is less than the owner's. */
  readonly maxBytes?: number | undefined;
}

/** Options of writing a file. */
export interface FileWriteOptions extends FileOptions {
  /** Append instead of replacing the file. Default false. */
  readonly append?: boolean | undefined;
}

/** A blueprint that another one refers to. */
export interface ReferencedFile {
  /** Absolute, links resolved; equal for two references to the same file. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Access to files for blueprints, tools and code: regular files below the directories that the owner of the process allows, links
 * resolved. The configuration of ice, `package.json`, lock files, `node_modules`, names that begin with a dot and the files given
 * to `protect` are never accessible. Every method throws IceError `ICE_FILE_DENIED` for a file that is not allowed, not regular
 * or too large, and those that read `ICE_FILE_NOT_FOUND` for a missing file. `details.path` is the path as it was given.
 */
export interface FileAccess {
  /** Reads the bytes of a file. Relative paths start in the owner's directory. */
  read(path: string, options?: FileReadOptions): Promise<Uint8Array>;
  /** Writes a text as UTF-8, atomically; `append` adds to the end. Missing directories are created. @returns bytes written. */
  write(path: string, text: string, options?: FileWriteOptions): Promise<number>;
  /** Names in a directory, sorted, without inaccessible ones; directories end with `/`. At most 10,000. */
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
  /** From now on a file is neither read nor written, by this name or another: a store, a blueprint. Further calls have no effect. */
  protect(file: string, kind: ProtectedKind): void;
  /**
   * The access of the runs of a tenant: `{tenant}` in a directory of the owner stands for its name, in an access that no tenant is
   * given for `default`.
   */
  forTenant(tenant: string): FileAccess;
}

/** What a protected file is. A store has side files (`-wal`, `-shm`, `-journal`), which are protected with it. */
export type ProtectedKind = "blueprint" | "configuration" | "store";

export const FileAccess: ServiceKey<FileAccess> = serviceKey("fileAccess");
