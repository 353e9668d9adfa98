import type { Database } from "../store/database.ts";
import type { FindJobs, FoundJob } from "./awaited-outcomes.ts";
import { lost } from "./job-outcome.ts";
import type { Queues } from "./queues.ts";
import { openStates, rowOf } from "./ticket.ts";

/** Those of some jobs that have an outcome, or whose run is over: its owner may have died before it cancelled them. */
export async function endedJobs(database: Database, jobs: readonly string[]): Promise<readonly string[]> {
  const sql = `SELECT job FROM unnest($1::text[], $2::bigint[]) AS one (job, run)
    WHERE EXISTS (SELECT 1 FROM outcomes WHERE outcomes.job = one.job)
      OR NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = one.run AND runs.ended_at IS NULL)`;
  return (await database.all<{ job: string }>(sql, jobs, jobs.map(rowOf))).map(({ job }) => job);
}

/**
 * Those of some jobs that are over, or that another worker has taken. One whose entry has ended without an outcome, by other hands than those of
 * ice, is lost.
 */
export const findJobs =
  (database: Database, { schema }: Pick<Queues, "schema">): FindJobs =>
  (jobs) =>
    database.all<FoundJob>(
      `SELECT job, body, worker, "isOver",
          CASE WHEN body IS NOT NULL THEN (SELECT array_agg(step.body ORDER BY seq) FROM job_steps AS step WHERE step.job = found.job) END AS steps
        FROM (
          SELECT one.job, one.worker AS known, entry.status = 'PENDING' AS taken, entry.executor_id AS worker,
            coalesce(body, CASE WHEN runs.id IS NOT NULL AND entry.status NOT IN ${openStates} THEN $4::text END) AS body,
            body IS NOT NULL OR runs.id IS NULL OR entry.status NOT IN ${openStates} AS "isOver"
          FROM unnest($1::text[], $2::bigint[], $3::text[]) AS one (job, run, worker)
          LEFT JOIN outcomes ON outcomes.job = one.job
          LEFT JOIN runs ON runs.id = one.run
          LEFT JOIN ${schema}.workflow_status AS entry ON entry.workflow_uuid = one.job
        ) AS found
        WHERE "isOver" OR taken AND worker IS DISTINCT FROM known`,
      jobs.map(({ job }) => job),
      jobs.map(({ job }) => rowOf(job)),
      jobs.map(({ worker }) => worker ?? null),
      lost,
    );
