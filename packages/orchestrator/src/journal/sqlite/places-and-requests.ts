import type { JournalRecord } from "@ice/core";
import type { Database } from "./database.ts";
import { hasRequests, noteRecord } from "./request-rows.ts";

/**
 * Fills what a file of an earlier version has no columns and rows for: the places of signals among the records, by their times, and the
 * open requests of runs that have not ended. In the transaction of the migration. Rows that are no JSON are skipped; reading them
 * reports the damage.
 */
export function addPlacesAndRequests(database: Database): void {
  // The head and every record up to the time of the signal come before it, and everything that comes before an earlier signal.
  database.exec(`
    WITH placed AS (
      SELECT signals.run, signals.seq, 1 + (
        SELECT count(*) FROM records WHERE records.run = signals.run AND records.seq > 0 AND json_valid(records.body)
          AND json_valid(signals.body) AND json_extract(records.body, '$.at') <= json_extract(signals.body, '$.at')
      ) AS place FROM signals
    ), ordered AS (
      SELECT run, seq, max(place) OVER (PARTITION BY run ORDER BY seq) AS place FROM placed
    )
    UPDATE signals SET place = ordered.place FROM ordered WHERE ordered.run = signals.run AND ordered.seq = signals.seq;
  `);
  for (const { id, tenant } of unended(database)) {
    let asks = false;
    for (const { seq, body } of relevantRecords(database, id)) {
      const record = JSON.parse(body) as JournalRecord;
      asks ||= record.kind === "waiting";
      if (asks) noteRecord(database, { run: id, tenant, seq }, record);
    }
    if (!hasRequests(database, id)) continue;
    database.run(
      `DELETE FROM requests WHERE run = ? AND EXISTS (
        SELECT 1 FROM signals WHERE signals.run = requests.run AND signals.id = requests.path || '#' || requests.request)`,
      id,
    );
  }
}

const unended = (database: Database): readonly { readonly id: number; readonly tenant: string }[] =>
  database.all("SELECT id, tenant FROM runs WHERE ended_at IS NULL");

/** The records that open or close requests. */
const relevantRecords = (database: Database, run: number): readonly { readonly seq: number; readonly body: string }[] =>
  database.all(
    `SELECT seq, body FROM records WHERE run = ? AND seq > 0 AND json_valid(body)
      AND json_extract(body, '$.kind') IN ('waiting', 'outcome', 'attemptFailed', 'ended') ORDER BY seq`,
    run,
  );
