/** Hard limits of one program in the jail. */
export interface JailLimits {
  /** Address space of each process, and with a cgroup the memory of all together, in MiB. Default 256. */
  readonly memoryMiB: number;
  /** Processes and threads at once. Default 16. */
  readonly processes: number;
  /** Size of `/tmp`, the only place that can be written, in MiB. It is memory. Default 16. */
  readonly scratchMiB: number;
  /** Milliseconds from the start. Default 10,000. */
  readonly wallMs: number;
  /** Bytes of standard output. Default 1 MiB. */
  readonly outputBytes: number;
  /** Bytes of standard error that are kept: the last. Default 65,536. */
  readonly logBytes: number;
}

/** The limits of a program, unless the owner sets others. */
export const defaultJailLimits: JailLimits = {
  memoryMiB: 256,
  processes: 16,
  scratchMiB: 16,
  wallMs: 10_000,
  outputBytes: 1_048_576,
  logBytes: 65_536,
};
