import type { Database } from "../store/database.ts";
import type { FoundOutcome } from "./awaited-outcomes.ts";
import { rowOf } from "./ticket.ts";

/** Those of some jobs that have an outcome. */
export async function endedJobs(database: Database, jobs: readonly string[]): Promise<readonly string[]> {
  const sql = "SELECT job FROM outcomes WHERE job = ANY ($1::text[])";
  return (await database.all<{ job: string }>(sql, jobs)).map(({ job }) => job);
}

/** The outcomes of those of some jobs that have one, or whose run is gone. */
export const findOutcomes = (database: Database, jobs: readonly string[]): Promise<readonly FoundOutcome[]> =>
  database.all<FoundOutcome>(
    `SELECT one.job, body FROM unnest($1::text[], $2::bigint[]) AS one (job, run) LEFT JOIN outcomes ON outcomes.job = one.job
      WHERE body IS NOT NULL OR NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = one.run)`,
    jobs,
    jobs.map(rowOf),
  );
