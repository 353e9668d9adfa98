import type { JournalRecord, OpenRequest, PageEnd } from "@ice/core";
import { openRequestOf, type Steps, answerId, isQuestion, closedBy } from "@ice/core/internal";
import { BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { readRecordAt } from "./record-rows.ts";
import { selectRuns, type RunRow } from "./run-row.ts";

/**
 * The open requests of runs are listed in a table of their own, so that they are found without reading the runs. A row refers to the
 * record of a request; it is added and removed in the transaction of the record or signal that opens or closes it.
 */
interface RequestRow {
  readonly id: number;
  readonly run: number;
  readonly seq: number;
  readonly path: string;
  readonly request: number;
  readonly at: number;
}

/** Whether a run has rows. */
export function hasRequests(database: Database, run: number): boolean {
  return database.get("SELECT 1 FROM requests WHERE run = ? LIMIT 1", run) !== undefined;
}

/** Updates the rows of a run for a record that it now has. */
export function noteRecord(
  database: Database,
  { run, tenant, seq }: { readonly run: number; readonly tenant: string; readonly seq: number },
  record: JournalRecord,
): void {
  const closed = closedBy(record);
  if (closed === "all") database.run("DELETE FROM requests WHERE run = ?", run);
  else if (closed !== undefined) {
    const { path, itself } = closed;
    database.run(
      "DELETE FROM requests WHERE run = ? AND (path = ? OR substr(path, 1, ?) IN (?, ?))",
      run,
      itself ? path : "",
      path.length + 1,
      `${path}.`,
      `${path}[`,
    );
  }
  if (record.kind !== "waiting" || !isQuestion(record)) return;
  const { path, request, at } = record;
  database.run("DELETE FROM requests WHERE run = ? AND path = ?", run, path);
  database.run(
    `INSERT INTO requests (run, seq, tenant, path, request, at) SELECT ?, ?, ?, ?, ?, ?
      WHERE NOT EXISTS (SELECT 1 FROM signals WHERE run = ? AND id = ?)`,
    run,
    seq,
    tenant,
    path,
    request,
    at,
    run,
    answerId(path, request),
  );
}

/** Updates the rows of a run for an answer that it now has. */
export function noteAnswer(
  database: Database,
  run: number,
  { id, path }: { readonly id: string; readonly path: string },
): void {
  database.run("DELETE FROM requests WHERE run = ? AND path = ? AND path || '#' || request = ?", run, path, id);
}

/** A page of open requests, and one more if there is one. */
export function* readRequests(
  database: Database,
  { tenant, run, after, count }: { tenant: string; run: number | undefined; after: PageEnd | undefined; count: number },
): Steps<readonly { readonly end: PageEnd; readonly request: OpenRequest }[]> {
  const found: { readonly end: PageEnd; readonly request: OpenRequest }[] = [];
  for (const row of rowsOf(database, { tenant, run, after, count })) {
    const request = requestOf(database, row);
    if (request !== undefined) found.push({ end: { at: row.at, sequence: row.id }, request });
    yield;
  }
  return found;
}

function rowsOf(
  database: Database,
  { tenant, run, after, count }: { tenant: string; run: number | undefined; after: PageEnd | undefined; count: number },
): readonly RequestRow[] {
  const { at, sequence } = after ?? { at: -1, sequence: -1 };
  return run === undefined
    ? database.all<RequestRow>(
        "SELECT * FROM requests WHERE tenant = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?",
        tenant,
        at,
        sequence,
        count,
      )
    : database.all<RequestRow>(
        "SELECT * FROM requests WHERE run = ? AND (at, id) > (?, ?) ORDER BY at, id LIMIT ?",
        run,
        at,
        sequence,
        count,
      );
}

/** The request of a row; undefined if the run has been deleted since. */
function requestOf(database: Database, { run, seq, path, request }: RequestRow): OpenRequest | undefined {
  const row = database.get<RunRow>(`${selectRuns} WHERE runs.id = ?`, run);
  if (row === undefined) return undefined;
  const record = readRecordAt(database, row, seq, new BlobRefs(database, run));
  return openRequestOf(database.path, row, { path, request }, record);
}
