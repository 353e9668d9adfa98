import { runsQueue } from "@ice/core/internal";
import type { Dispatch } from "../dispatch/dispatch.ts";
import { noteOutcomes, putOutcome } from "../dispatch/placed-jobs.ts";
import type { TakenEntry } from "../dispatch/queues.ts";
import { rowOf } from "../dispatch/ticket.ts";
import type { Queries } from "../store/database.ts";

/**
 * What a worker has taken and does not end any more goes to others: tickets are taken again, nodes are attempted again.
 *
 * @param body - the outcome of its nodes.
 */
export async function takeBack(dispatch: Dispatch, worker: string, body: string): Promise<void> {
  const { queues, store } = dispatch;
  const taken = await queues.takenBy(store.database, worker);
  const jobs = await putOutcomes(store.database, taken, body);
  await queues.giveBack(ticketsAmong(taken), runsQueue);
  await endJobs(dispatch, jobs);
}

/** Writes the same outcome for all nodes among what a worker had taken. @returns their ids, for `endJobs`. */
export async function putOutcomes(
  queries: Queries,
  taken: readonly TakenEntry[],
  body: string,
): Promise<readonly string[]> {
  const jobs = taken.flatMap(({ id, isJob }) => (isJob ? [id] : []));
  for (const job of jobs) await putOutcome(queries, { job, row: rowOf(job), body });
  return jobs;
}

export const ticketsAmong = (taken: readonly TakenEntry[]): readonly string[] =>
  taken.flatMap(({ id, isJob }) => (isJob ? [] : [id]));

/** Ends the entries of nodes that have an outcome, which is to be committed before: an entry that has ended gets none any more. */
export async function endJobs({ queues, store }: Dispatch, jobs: readonly string[]): Promise<void> {
  await noteOutcomes(store.database, jobs.map(rowOf));
  await queues.cancel(jobs);
}
