/** Hard limits of one program in the jail. */
export interface JailLimits {
  /** Address space of each process and, with a cgroup, total memory, in MiB. Default 256. */
  readonly memoryMiB: number;
  /** Maximum number of processes and threads. Default 16. */
  readonly processes: number;
  /** Size of `/tmp`, the only writable directory, in MiB. It is in memory. Default 16. */
  readonly scratchMiB: number;
  /** Wall-clock time, in milliseconds. Default 10,000. */
  readonly wallMs: number;
  /** Maximum size of standard output, in bytes. Default 1 MiB. */
  readonly outputBytes: number;
  /** Size of the end of standard error that is kept, in bytes. Default 65,536. */
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
