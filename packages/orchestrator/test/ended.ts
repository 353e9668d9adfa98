import type { RunResult } from "@ice/core";
import type { FakeClock } from "@ice/testing";

/** The result of a run on a store that works while the clock stands still: the clock goes on by 10 ms in each turn. */
export async function ended(running: Promise<RunResult>, clock: FakeClock): Promise<RunResult> {
  const turn = (): Promise<undefined> => new Promise((resolve) => setImmediate(() => resolve(undefined)));
  for (;;) {
    const result = await Promise.race([running, turn()]);
    if (result !== undefined) return result;
    await clock.advance(10);
  }
}
