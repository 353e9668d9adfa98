import type { RunStore } from "@ice/core";
import { dispatchOf } from "./dispatch-of.ts";
import type { QueueChanges, QueueInfo } from "./queue-info.ts";

/** The queues of a store on Postgres, by name. @throws IceError `ICE_USAGE` for another store, `ICE_STORE_*`. */
export const listQueues = (store: RunStore): Promise<readonly QueueInfo[]> => dispatchOf(store).queues.list();

/**
 * Changes limits of a queue, for all workers at once. A queue that does not exist is created.
 *
 * @param name - `runs`, or what nodes require: `gpu`, `browser+gpu`.
 * @param changes - null removes a limit; those that are not given stay as they are.
 * @throws IceError `ICE_USAGE` for another store, another name, or limits that the queue cannot have; `ICE_STORE_*`.
 */
export const setQueue = (store: RunStore, name: string, changes: QueueChanges): Promise<void> =>
  dispatchOf(store).queues.set(name, changes);
