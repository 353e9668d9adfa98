/** Which files the owner allows to be read and written. */
export interface FileAccessOptions {
  /** Where relative paths start, and where the configuration stands. Default: the working directory. */
  readonly directory?: string | undefined;
  /** Directories below which files may be read, links resolved. Relative to `directory`; default `directory`. */
  readonly read?: readonly string[] | undefined;
  /** Directories below which files may be written. Relative to `directory`; default `out` in it, unless it is a link. */
  readonly write?: readonly string[] | undefined;
  /** Directories below which blueprints may name each other, besides those of `read` and `directory`. Default none. */
  readonly blueprints?: readonly string[] | undefined;
  /** Largest file in bytes, read or written. Default 16 MiB. */
  readonly maxFileBytes?: number | undefined;
}
