import type { SharedEngine } from "./engine-options.ts";
import type { LiveRun } from "./live-run.ts";

/**
 * Leaves the runs in progress, of all tenants, and lets no others start. Runs that are about to start are left once they have started.
 * In a store that is not durable they are cancelled.
 */
export async function leaveRuns({ live, starting, options: { store } }: SharedEngine): Promise<void> {
  const left = new Set<LiveRun>();
  const leaveAll = (): void => {
    for (const one of live.all()) {
      if (left.has(one)) continue;
      left.add(one);
      if (store.durable) one.run.release({ reason: "interrupted" });
      else one.cancel("the orchestrator was closed");
    }
  };
  const started = starting.close();
  leaveAll();
  await started;
  leaveAll();
  await Promise.allSettled([...left].map(({ settled }) => settled));
}

/** Waits until no run is in progress, at most so long. Runs that only wait are suspended at once. */
export async function drainRuns(shared: SharedEngine, ms: number): Promise<void> {
  await untilNoneIsLive(shared, ms, ({ run }) => run.suspension.stayForNothing());
}

/** Lets what is in flight end, at most so long, and leaves the runs for other processes; nothing new starts in them. */
export async function handOverRuns(shared: SharedEngine, ms: number): Promise<void> {
  await untilNoneIsLive(shared, ms, ({ run }) => run.pause({ reason: "interrupted" }));
  await leaveRuns(shared);
}

/** @param ask - asks a run to leave. Runs may start others while they end, so it is called again. */
async function untilNoneIsLive(
  { live, options: { clock } }: SharedEngine,
  ms: number,
  ask: (run: LiveRun) => void,
): Promise<void> {
  const until = clock.now() + ms;
  let cancelTimer = (): void => {};
  const timeIsUp = new Promise<void>((resolve) => {
    cancelTimer = clock.setTimer(ms, resolve);
  });
  for (let runs = [...live.all()]; runs.length > 0 && clock.now() < until; runs = [...live.all()]) {
    runs.forEach(ask);
    await Promise.race([timeIsUp, ...runs.map(({ settled }) => settled)]);
  }
  cancelTimer();
}
