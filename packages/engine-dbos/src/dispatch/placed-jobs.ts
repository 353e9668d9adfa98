import type { PlacedJob, PlacedListener, PlacedResult, PlacedStep, RunStore } from "@ice/core";
import type { Queries } from "../store/database.ts";
import { requireRun } from "../store/run-row.ts";
import type { Dispatch } from "./dispatch.ts";
import { cancelled } from "./job-outcome.ts";
import { encodeStep } from "./job-step.ts";
import { jobId } from "./ticket.ts";

/** Lets a worker execute an attempt, and waits for its outcome; see `RunDispatcher.place`. */
export async function placeJob(
  { database, queues, outcomes }: Dispatch,
  { tenant, ...job }: PlacedJob & Pick<RunStore, "tenant">,
  signal: AbortSignal,
  listener?: PlacedListener,
): Promise<PlacedResult> {
  const { id: row } = await requireRun(database, tenant, job.runId);
  const id = jobId(row, job);
  const queue = job.requires.join("+");
  await queues.ensure(queue);
  await database.transact((queries) =>
    queues.add(queries.client, { id, queue, tenant, argument: { ...job, tenant, row } }),
  );
  const cancel = (): void => {
    // The outcome that is written first counts.
    void putOutcome(database, { job: id, row, body: cancelled })
      .then(() => queues.cancel([id]))
      .catch(() => {});
  };
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await outcomes.of(id, listener);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Writes the outcome of a job, unless it has one or its run is gone. */
export async function putOutcome(
  queries: Pick<Queries, "run">,
  { job, row, body }: { readonly job: string; readonly row: number; readonly body: string },
): Promise<void> {
  await queries.run(
    `INSERT INTO outcomes (job, run, body)
      SELECT $1::text, $2::bigint, $3::text WHERE EXISTS (SELECT 1 FROM runs WHERE id = $2::bigint) ON CONFLICT (job) DO NOTHING`,
    job,
    row,
    body,
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
