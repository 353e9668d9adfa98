import type { PlacedJob, PlacedListener, PlacedResult, PlacedStep, RunStore } from "@ice/core";
import type { Database, Queries } from "../store/database.ts";
import { toStoreError } from "../store/store-error.ts";
import { requireRun } from "../store/run-row.ts";
import type { Dispatch } from "./dispatch.ts";
import { storeJob, type JobKey } from "./job-entry.ts";
import { cancelled, decodeOutcome } from "./job-outcome.ts";
import { encodeStep } from "./job-step.ts";
import { hurryQueue } from "./hurry-queue.ts";
import { jobId } from "./ticket.ts";
import { untilAvailable } from "./until-available.ts";

/** How long the store may take to confirm that a job is cancelled, in milliseconds. */
const patienceMs = 1000;

/**
 * Lets a worker execute an attempt, and waits for its outcome; see `RunDispatcher.place`. While the store is away, it waits. An outcome that
 * is there when it is cancelled counts, unless the store does not say so soon.
 */
export async function placeJob(
  dispatch: Dispatch,
  { tenant, ...job }: PlacedJob & Pick<RunStore, "tenant">,
  signal: AbortSignal,
  listener?: PlacedListener,
): Promise<PlacedResult> {
  const { outcomes, store } = dispatch;
  const { database } = store;
  const isAway = (error: unknown): boolean =>
    !database.isClosing && toStoreError(error, database.url).code === "ICE_STORE_UNAVAILABLE";
  const adding = untilAvailable(() => addJob(dispatch, tenant, job), { isAway, signal });
  const cancel = (): void => {
    void adding.then((key) => cancelJob(dispatch, key).catch(() => outcomes.forget(key.job))).catch(() => {}); // it was not added
  };
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    const { job: id } = await Promise.race([adding, abandoned(signal)]);
    return await Promise.race([outcomes.of(id, listener), abandoned(signal)]);
  } catch (error) {
    if (signal.aborted) return decodeOutcome(cancelled);
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Puts a job into its queue, unless it is there. */
async function addJob({ database, queues }: Dispatch, tenant: string, job: PlacedJob): Promise<JobKey> {
  const { id: row } = await requireRun(database, tenant, job.runId);
  const key = { job: jobId(row, job), row };
  const queue = job.requires.join("+");
  await queues.ensure(queue);
  await database.transact(async (queries) => {
    const argument = await storeJob(queries, tenant, key, job);
    await queues.add(queries.client, { id: key.job, queue, tenant, argument });
  });
  void hurryQueue(database, queue);
  return key;
}

/** Rejects when no answer of the store is waited for any more. */
function abandoned(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => void setTimeout(() => reject(signal.reason), patienceMs).unref();
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
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

/** Writes the outcome of a job, unless it has one or its run is gone. What was kept for its execution is not needed any more. */
export async function putOutcome(
  queries: Pick<Queries, "run">,
  { job, row, body }: JobKey & { readonly body: string },
): Promise<void> {
  await queries.run(
    `WITH ended AS (DELETE FROM blob_refs WHERE run = $2::bigint AND source = 'job' AND seq = 0 AND pointer = $1::text)
      INSERT INTO outcomes (job, run, body)
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

/** Writes a step of a job, unless the job has an outcome: then another attempt may have begun, which does not know the step. */
export async function putStep(
  queries: Pick<Queries, "run">,
  { job, row, step }: { readonly job: string; readonly row: number; readonly step: PlacedStep },
): Promise<void> {
  await queries.run(
    `INSERT INTO job_steps (job, run, body) SELECT $1::text, $2::bigint, $3::text
      WHERE EXISTS (SELECT 1 FROM runs WHERE id = $2::bigint) AND NOT EXISTS (SELECT 1 FROM outcomes WHERE job = $1::text)`,
    job,
    row,
    encodeStep(step),
  );
}
