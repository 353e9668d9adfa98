/** CPU time of this thread so far, in ms: unlike the clock, it stands still while other processes have the processor. */
export function cpuTimeMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
