import { IceError } from "@ice/core";

interface WaitingRun {
  /** A timer that is cancelled when the run is released. */
  setTimer(ms: number, callback: () => void): unknown;
}

/** Time until a store that was away is asked again, in milliseconds. */
const againMs = 1000;

/**
 * Asks the store, and asks again for as long as it is away: a run whose time has come stays in this process, like one whose records wait. Never
 * settles once the run is released.
 *
 * @throws IceError `ICE_STORE_*` other than `ICE_STORE_UNAVAILABLE`.
 */
export async function untilReached<T>(run: WaitingRun, ask: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await ask();
    } catch (error) {
      if (!IceError.is(error) || error.code !== "ICE_STORE_UNAVAILABLE") throw error;
      await new Promise<void>((resolve) => run.setTimer(againMs, resolve));
    }
}
