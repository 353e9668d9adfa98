import type { NewRun } from "@ice/core";
import type { Database } from "./database.ts";

/** The kind and the starter of a run, for lists, which do not read its head. */
export type Origin = Pick<NewRun, "kind" | "startedBy">;

export function insertOrigin(database: Database, run: number, { kind, startedBy }: Origin): void {
  database.run(
    "INSERT INTO origins (run, kind, started_by, path) VALUES (?, ?, ?, ?)",
    run,
    kind,
    startedBy?.runId ?? null,
    startedBy?.path ?? null,
  );
}

/** Whether an older ice has started runs. Counting is one walk over the pages of two small indexes. */
export function hasRunsWithoutOrigin(database: Database): boolean {
  const sql = "SELECT (SELECT count(*) FROM runs) > (SELECT count(*) FROM origins) AS missing";
  return database.get<{ missing: number }>(sql)!.missing === 1;
}

/**
 * Adds the rows that an older ice did not write. The document of a run defines whether it is a network, and the records of a
 * network which workflows it started. Names of runs are not used: a network whose workflow had a run id that was taken did not
 * start that run. Runs that cannot be read are skipped; reading them reports the damage. Within a transaction.
 */
export function addOrigins(database: Database): void {
  database.exec(`
    WITH documents AS (
      SELECT runs.id AS run, CASE WHEN json_valid(body)
        THEN coalesce(json_extract(body, '$.document.data'), CAST(content AS TEXT)) END AS document
      FROM runs
      LEFT JOIN records ON records.run = runs.id AND records.seq = 0
      LEFT JOIN placed ON placed.run = runs.id AND source = 'record' AND placed.seq = 0 AND place = 'document.data'
      LEFT JOIN blobs ON blobs.hash = placed.hash
      WHERE runs.id NOT IN (SELECT run FROM origins)
    )
    INSERT INTO origins (run, kind)
      SELECT run, CASE WHEN json_valid(document) AND json_extract(document, '$.kind') = 'network'
        THEN 'network' ELSE 'workflow' END
      FROM documents;

    WITH recorded AS (
      SELECT tenant, runs.run_id AS network, CASE WHEN json_valid(body) THEN body ELSE '{}' END AS body
      FROM origins JOIN runs ON runs.id = origins.run JOIN records ON records.run = runs.id
      WHERE origins.kind = 'network' AND records.seq > 0
    ), nodes AS (
      SELECT tenant, network, json_extract(body, '$.path') AS path,
        max(json_extract(body, '$.kind') = 'started') AS started,
        max(json_extract(body, '$.node.error.code') IS 'ICE_RUN_EXISTS') AS taken
      FROM recorded GROUP BY 1, 2, 3
    )
    UPDATE origins SET started_by = nodes.network, path = nodes.path
      FROM nodes JOIN runs ON runs.tenant = nodes.tenant AND runs.run_id = nodes.network || '.' || nodes.path
      WHERE origins.run = runs.id AND started_by IS NULL AND started AND NOT taken;
  `);
}
