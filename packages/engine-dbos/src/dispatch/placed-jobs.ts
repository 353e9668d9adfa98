import type { PlacedJob, PlacedOutcome } from "@ice/core";
import type { Database, Queries } from "../store/database.ts";
import { requireRun } from "../store/run-row.ts";
import type { Dispatch } from "./dispatch.ts";
import { cancelled } from "./job-outcome.ts";
import { hurryQueue } from "./hurry-queue.ts";
import { jobId } from "./ticket.ts";

/** Lets a worker execute an attempt, and waits for its outcome; see `RunDispatcher.place`. */
export async function placeJob(
  dispatch: Dispatch,
  tenant: string,
  job: PlacedJob,
  signal: AbortSignal,
): Promise<PlacedOutcome> {
  const { database, queues, outcomes } = dispatch;
  const { id: row } = await requireRun(database, tenant, job.runId);
  const id = jobId(row, job.path, job.attempt);
  const queue = job.requires.join("+");
  await queues.ensure(queue);
  await database.transact((queries) =>
    queues.add(queries.client, { id, queue, tenant, argument: { ...job, tenant, row } }),
  );
  void hurryQueue(database, queue);
  const cancel = (): void => void cancelJob(dispatch, { job: id, row }).catch(() => {});
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await outcomes.of(id);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Identifies a job. */
interface JobKey {
  readonly job: string;
  /** The number of its run. */
  readonly row: number;
}

/** The run does not want a job any more. The outcome that is written first counts. */
async function cancelJob({ database, queues, outcomes }: Dispatch, key: JobKey): Promise<void> {
  await putOutcome(database, { ...key, body: cancelled });
  outcomes.look();
  await database.attempt(
    `SELECT pg_notify('ice_' || executor_id, 'jobs') FROM ${queues.schema}.workflow_status
      WHERE workflow_uuid = $1 AND status = 'PENDING' AND executor_id IS NOT NULL`,
    key.job,
  );
  await queues.cancel([key.job]);
}

/** Writes the outcome of a job, unless it has one or its run is gone. */
export async function putOutcome(
  queries: Pick<Queries, "run">,
  { job, row, body }: JobKey & { readonly body: string },
): Promise<void> {
  await queries.run(
    `INSERT INTO outcomes (job, run, body)
      SELECT $1::text, $2::bigint, $3::text WHERE EXISTS (SELECT 1 FROM runs WHERE id = $2::bigint) ON CONFLICT (job) DO NOTHING`,
    job,
    row,
    body,
  );
}

/** Lets the owners of runs look for outcomes that were written. To be called after the commit. @param rows - numbers of the runs. */
export async function noteOutcomes(database: Database, rows: readonly number[]): Promise<void> {
  if (rows.length === 0) return;
  await database.attempt(
    `SELECT pg_notify('ice_' || owner, 'outcomes')
      FROM (SELECT DISTINCT owner FROM runs WHERE id = ANY ($1::bigint[]) AND owner IS NOT NULL) AS owners`,
    rows,
  );
}
