import type { Database } from "../store/database.ts";
import type { FindJobs, FoundJob } from "./awaited-outcomes.ts";
import type { Queues } from "./queues.ts";
import { rowOf } from "./ticket.ts";

/** Those of some jobs that have an outcome. */
export async function endedJobs(database: Database, jobs: readonly string[]): Promise<readonly string[]> {
  const sql = "SELECT job FROM outcomes WHERE job = ANY ($1::text[])";
  return (await database.all<{ job: string }>(sql, jobs)).map(({ job }) => job);
}

/** Those of some jobs that have an outcome, whose run is gone, or that another worker has taken. */
export const findJobs =
  (database: Database, { schema }: Pick<Queues, "schema">): FindJobs =>
  (jobs) =>
    database.all<FoundJob>(
      `SELECT one.job, body, taken.executor_id AS worker, body IS NOT NULL OR runs.id IS NULL AS "isOver",
          CASE WHEN body IS NOT NULL THEN (SELECT array_agg(step.body ORDER BY seq) FROM job_steps AS step WHERE step.job = one.job) END AS steps
        FROM unnest($1::text[], $2::bigint[], $3::text[]) AS one (job, run, worker)
        LEFT JOIN outcomes ON outcomes.job = one.job
        LEFT JOIN runs ON runs.id = one.run
        LEFT JOIN ${schema}.workflow_status AS taken
          ON taken.workflow_uuid = one.job AND taken.status IN ('PENDING', 'SUCCESS')
        WHERE body IS NOT NULL OR runs.id IS NULL OR taken.executor_id <> coalesce(one.worker, '')`,
      jobs.map(({ job }) => job),
      jobs.map(({ job }) => rowOf(job)),
      jobs.map(({ worker }) => worker ?? null),
    );
