import type { Queries } from "../store/database.ts";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { putOutcome } from "../dispatch/placed-jobs.ts";
import { rowOf, runsQueue } from "../dispatch/ticket.ts";

/**
 * What a worker has taken and does not end any more goes to others: tickets are taken again, nodes are attempted again.
 *
 * @param body - the outcome of its nodes.
 * @returns numbers of the runs of its nodes.
 */
export async function takeBack(
  { queues }: Dispatch,
  queries: Queries,
  worker: string,
  body: string,
): Promise<readonly number[]> {
  const taken = await queues.takenBy(queries, worker);
  const jobs = taken.flatMap(({ id, isJob }) => (isJob ? [id] : []));
  for (const job of jobs) await putOutcome(queries, { job, row: rowOf(job), body });
  await queues.cancel(jobs);
  await queues.giveBack(
    taken.flatMap(({ id, isJob }) => (isJob ? [] : [id])),
    runsQueue,
  );
  return jobs.map(rowOf);
}
