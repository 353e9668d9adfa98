import type { JailLimits } from "./jail-limits.ts";

/** One program, once. */
export interface JailRequest {
  /** Absolute path of the program. */
  readonly program: string;
  /** The file that the path leads to, links resolved. */
  readonly target: string;
  readonly args: readonly string[];
  readonly stdin: Uint8Array;
  /** Guest path → directory of the host, to be read. */
  readonly readable: Readonly<Record<string, string>>;
  readonly limits: JailLimits;
  /** Directory of a cgroup below which one is made for the program. */
  readonly cgroup?: string | undefined;
  readonly signal: AbortSignal;
}
