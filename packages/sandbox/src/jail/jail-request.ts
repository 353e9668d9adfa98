import type { JailLimits } from "./jail-limits.ts";

/** One execution of a program. */
export interface JailRequest {
  /** Absolute path of the program. */
  readonly program: string;
  /** The file of the path, with links resolved. */
  readonly target: string;
  readonly args: readonly string[];
  readonly stdin: Uint8Array;
  /** Guest path → directory of the host, read-only. */
  readonly readable: Readonly<Record<string, string>>;
  readonly limits: JailLimits;
  /** Directory of a cgroup below which one is created for the program. */
  readonly cgroup?: string | undefined;
  readonly signal: AbortSignal;
}
