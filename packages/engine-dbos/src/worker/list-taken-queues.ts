import type { RunStore } from "@ice/core";
import { runsQueue } from "@ice/core/internal";
import { dispatchOf } from "../dispatch/dispatch-of.ts";
import { queuesOf } from "./provided-queues.ts";
import { workerOf } from "./worker-row.ts";

/** Names of the queues from which living workers take entries. @throws IceError `ICE_USAGE` for another store, `ICE_STORE_*`. */
export async function listTakenQueues(store: Pick<RunStore, "dispatcher" | "url">): Promise<ReadonlySet<string>> {
  const rows = await dispatchOf(store).store.database.all<{ readonly worker: unknown }>(
    "SELECT worker FROM owners WHERE worker IS NOT NULL AND lease_until > now()",
  );
  const workers = rows.map(({ worker }) => workerOf(worker));
  return new Set(workers.flatMap(({ provides, slots }) => [...(slots > 0 ? [runsQueue] : []), ...queuesOf(provides)]));
}
