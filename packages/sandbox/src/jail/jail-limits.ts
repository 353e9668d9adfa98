/** Hard limits of one program in the jail. */
export interface JailLimits {
  /** Address space of each process and, with a cgroup, total memory, in MiB. Default 256. */
  readonly memoryMiB: number;
  /** Processes and threads at once. Default 16. */
  readonly processes: number;
  /** Size of `/tmp`, the only writable directory, in MiB. It is in memory. Default 16. */
  readonly scratchMiB: number;
  /** Milliseconds from the start. Default 10,000. */
  readonly wallMs: number;
  /** Bytes of standard output. Default 1 MiB. */
  readonly outputBytes: number;
  /** Bytes that are kept of the end of standard error. Default 65,536. */
  readonly logBytes: number;
}

/** Default limits of a program. */
export const defaultJailLimits: JailLimits = {
  memoryMiB: 256,
  processes: 16,
  scratchMiB: 16,
  wallMs: 10_000,
  outputBytes: 1_048_576,
  logBytes: 65_536,
};
