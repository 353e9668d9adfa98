import { expect } from "vitest";

/** CPU time of this thread so far, in ms: unlike the clock, it stands still while other processes have the processor. */
export function cpuTimeMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const slowness = Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);

/** Does work that may take so much CPU time; `ICE_TEST_SLOWNESS` times that where everything is slower. */
export function within<T>(ms: number, work: () => T): T {
  const started = cpuTimeMs();
  const result = work();
  expect(cpuTimeMs() - started).toBeLessThan(ms * slowness);
  return result;
}
