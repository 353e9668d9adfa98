import type { PlacedJob, PlacedOutcome } from "@ice/core";
import type { Queries } from "../store/database.ts";
import { requireRun } from "../store/run-row.ts";
import type { Dispatch } from "./dispatch.ts";
import { cancelled } from "./job-outcome.ts";
import { jobId } from "./ticket.ts";

/** Lets a worker execute an attempt, and waits for its outcome; see `RunDispatcher.place`. */
export async function placeJob(
  { database, queues, outcomes }: Dispatch,
  tenant: string,
  job: PlacedJob,
  signal: AbortSignal,
): Promise<PlacedOutcome> {
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
    return await outcomes.of(id);
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
