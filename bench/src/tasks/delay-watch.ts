import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";

/** In milliseconds. */
export interface Delays {
  /** The delay of a timer of 1 ms. */
  readonly p99: number;
  readonly max: number;
  /** The longest garbage collection, which stops everything, and the total time of all. */
  readonly longestGc: number;
  readonly allGc: number;
}

/** Watches the event loop until the function with which it resolves is called. */
export async function watchDelays(): Promise<() => Promise<Delays>> {
  const collections: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collections.push(duration);
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await pause(100); // the first tick only sets the reference time
  delay.reset();
  observer.observe({ entryTypes: ["gc"] });
  return async () => {
    await pause(5); // includes the latest delay
    delay.disable();
    observer.disconnect();
    const all = collections.reduce((sum, ms) => sum + ms, 0);
    return {
      p99: delay.percentile(99) / 1e6,
      max: delay.max / 1e6,
      longestGc: Math.max(0, ...collections),
      allGc: all,
    };
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
