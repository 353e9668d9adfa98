import { lockRun } from "../store/run-row.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { handOnIn } from "../dispatch/hand-on.ts";
import { PostgresDispatcher } from "../dispatch/postgres-dispatcher.ts";

/**
 * Sees to it that a run goes on that a worker has released: at once if it was interrupted or got something that it does not know, later if
 * it waits for a time. A run that has ended or waits wakes the network that it belongs to.
 */
export async function continueLater(dispatch: Dispatch, tenant: string, runId: string): Promise<void> {
  const { database, queues, store } = dispatch;
  const dispatcher = new PostgresDispatcher(dispatch, tenant);
  const { after, network } = await database.transact(async (queries) => {
    const row = await lockRun(queries, tenant, runId);
    const network =
      row.started_by !== null && row.run_id === `${row.started_by}.${row.path}` ? row.started_by : undefined;
    const waits = row.status === "suspended" && row.signals <= row.seen;
    const isOver = row.ended_at !== null || store.isOwned(row) || row.hosted === 0;
    if (isOver) return { after: undefined, network };
    if (!waits) return { after: await handOnIn(queues, queries, row), network };
    if (row.resume_at !== null)
      return {
        after: await handOnIn(queues, queries, row, Math.max(1, row.resume_at - store.options.clock.now())),
        network,
      };
    return { after: (await lacksEnds(queries, row)) ? await handOnIn(queues, queries, row) : undefined, network };
  });
  await after?.();
  if (network !== undefined) await dispatcher.handOn(network).catch(() => {});
}

/** Whether workflows of a network have ended that it does not know of: they did while it was being suspended. */
async function lacksEnds(
  queries: Parameters<typeof lockRun>[0],
  { id, tenant, run_id: runId, kind }: Awaited<ReturnType<typeof lockRun>>,
): Promise<boolean> {
  if (kind !== "network") return false;
  const row = await queries.get<{ ended: number; known: number }>(
    `SELECT (SELECT count(*) FROM runs WHERE tenant = $1 AND started_by = $2 AND ended_at IS NOT NULL) AS ended,
      (SELECT count(*) FROM records WHERE run = $3 AND starts_with(body, '{"kind":"outcome"') AND body LIKE '%"attempts":1%') AS known`,
    ...[tenant, runId, id],
  );
  return row !== undefined && row.ended > row.known;
}
