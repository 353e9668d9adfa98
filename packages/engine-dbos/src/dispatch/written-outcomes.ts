import type { Database } from "../store/database.ts";
import type { FindJobs, FoundJob } from "./awaited-outcomes.ts";
import { lost } from "./job-outcome.ts";
import type { Queues } from "./queues.ts";
import { rowOf } from "./ticket.ts";

/** Those of some jobs that have an outcome. */
export async function endedJobs(database: Database, jobs: readonly string[]): Promise<readonly string[]> {
  const sql = "SELECT job FROM outcomes WHERE job = ANY ($1::text[])";
  return (await database.all<{ job: string }>(sql, jobs)).map(({ job }) => job);
}

/** States of entries that have not ended. */
const open = "('ENQUEUED', 'DELAYED', 'PENDING')";

/**
 * Those of some jobs that are over, or that another worker has taken. One whose entry has ended without an outcome, by other hands than those of
 * ice, is lost.
 */
export const findJobs =
  (database: Database, { schema }: Pick<Queues, "schema">): FindJobs =>
  (jobs) =>
    database.all<FoundJob>(
      `SELECT one.job, coalesce(body, CASE WHEN runs.id IS NOT NULL AND entry.status NOT IN ${open} THEN $4 END) AS body,
          CASE WHEN entry.status IN ('PENDING', 'SUCCESS') THEN entry.executor_id END AS worker,
          body IS NOT NULL OR runs.id IS NULL OR entry.status NOT IN ${open} AS "isOver",
          CASE WHEN body IS NOT NULL THEN (SELECT array_agg(step.body ORDER BY seq) FROM job_steps AS step WHERE step.job = one.job) END AS steps
        FROM unnest($1::text[], $2::bigint[], $3::text[]) AS one (job, run, worker)
        LEFT JOIN outcomes ON outcomes.job = one.job
        LEFT JOIN runs ON runs.id = one.run
        LEFT JOIN ${schema}.workflow_status AS entry ON entry.workflow_uuid = one.job
        WHERE body IS NOT NULL OR runs.id IS NULL OR entry.status NOT IN ${open}
          OR entry.status = 'PENDING' AND entry.executor_id <> coalesce(one.worker, '')`,
      jobs.map(({ job }) => job),
      jobs.map(({ job }) => rowOf(job)),
      jobs.map(({ worker }) => worker ?? null),
      lost,
    );
