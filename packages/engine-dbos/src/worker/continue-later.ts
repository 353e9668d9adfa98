import { IceError } from "@ice/core";
import { lockRun } from "../store/run-row.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { goesOnIn, handOnIn } from "../dispatch/hand-on.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";

/** Sees to it that a run goes on that a worker has released. One that has ended or waits wakes the network that it belongs to. */
export async function continueLater(dispatch: Dispatch, tenant: string, runId: string): Promise<void> {
  const { database, queues, store } = dispatch;
  const network = await database.transact(async (queries) => {
    const row = await lockRun(queries, tenant, runId);
    const { started_by: starter, path, run_id: id, owner } = row;
    const isOwned = store.isOwned(row);
    // This process has lost it by itself: the next owner need not wait for a beat.
    if (!isOwned && owner === store.ownership.id)
      await queries.run("UPDATE runs SET owner = NULL WHERE id = $1 AND epoch = $2", row.id, row.epoch);
    const delayMs = goesOnIn(row, isOwned, store.options.clock.now());
    if (delayMs !== undefined) await handOnIn(queues, queries, row, delayMs);
    return starter !== null && id === `${starter}.${path}` ? starter : undefined;
  });
  if (network === undefined) return;
  try {
    await new PostgresDispatcher(dispatch, tenant).handOn(network);
  } catch (error) {
    // Another process may have deleted it.
    if (!IceError.is(error) || error.code !== "ICE_RUN_NOT_FOUND") throw error;
  }
}
