import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../store/database.ts";
import { toStoreError } from "../store/store-error.ts";

/** Between attempts, in milliseconds: those of the database itself have waited before. */
const againMs = 500;

/**
 * Does work, and again for as long as the store is away.
 *
 * @param signal - when it is aborted, the attempt under way is the last one.
 * @throws what `work` throws; IceError `ICE_STORE_UNAVAILABLE` only if that was the last attempt, or the store is closed.
 */
export async function untilAvailable<T>(database: Database, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isAway = toStoreError(error, database.url).code === "ICE_STORE_UNAVAILABLE";
      if (!isAway || database.isClosing || signal.aborted) throw error;
      await delay(againMs);
    }
  }
}
