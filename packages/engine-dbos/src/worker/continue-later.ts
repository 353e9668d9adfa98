import { IceError } from "@ice/core";
import { lockRun } from "../store/run-row.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { handOnIn, waits } from "../dispatch/hand-on.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";

/**
 * Sees to it that a run goes on that a worker has released: at once if it was interrupted or does not know of something that has happened,
 * later if it waits for a time. A run that has ended or waits wakes the network that it belongs to.
 */
export async function continueLater(dispatch: Dispatch, tenant: string, runId: string): Promise<void> {
  const { database, queues, store } = dispatch;
  const network = await database.transact(async (queries) => {
    const row = await lockRun(queries, tenant, runId);
    const { started_by: starter, path, run_id: id, resume_at: resumeAt } = row;
    const isOver = row.ended_at !== null || store.isOwned(row) || row.hosted === 0;
    if (!isOver && !waits(row)) await handOnIn(queues, queries, row);
    else if (!isOver && resumeAt !== null)
      await handOnIn(queues, queries, row, Math.max(1, resumeAt - store.options.clock.now()));
    return starter !== null && id === `${starter}.${path}` ? starter : undefined;
  });
  if (network === undefined) return;
  try {
    await new PostgresDispatcher(dispatch, tenant).handOn(network);
  } catch (error) {
    // It may have been deleted.
    if (!IceError.is(error) || error.code !== "ICE_RUN_NOT_FOUND") throw error;
  }
}
