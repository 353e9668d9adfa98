/** The files that the owner allows to be read and written. In directories, `{tenant}` stands for the tenant of the run. */
export interface FileAccessOptions {
  /** Start of relative paths, and directory of the configuration. Default: the working directory. */
  readonly directory?: string | undefined;
  /** Directories below which files may be read, links resolved. Relative to `directory`; default `directory`. */
  readonly read?: readonly string[] | undefined;
  /** Directories below which files may be written. Relative to `directory`; default its `out`, unless that is a link. */
  readonly write?: readonly string[] | undefined;
  /** Directories below which blueprints may refer to each other, besides those of `read` and `directory`. Default none. */
  readonly blueprints?: readonly string[] | undefined;
  /** Maximum size of a file in bytes, read or written. Default 16 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Whether others than the owner write blueprints: errors then name none of these directories. Default false. */
  readonly isShared?: boolean | undefined;
}
