import type { OpenRequest, PageEnd } from "@ice/core";
import { openRequestOf, readRecord, rowReader, type RecordRow } from "@ice/core/internal";
import { BlobRefs } from "./blobs.ts";
import type { Database } from "./database.ts";
import { encoding } from "./digests.ts";

/**
 * The open requests of runs are listed in a table of their own, so that they are found without reading the runs. A row refers to the
 * record of a request; it is added and removed with the record or signal that opens or closes it. An answer and its request may be
 * recorded at the same time, and then neither statement sees the other: so those that are answered are left out here as well.
 */
interface RequestRow extends RecordRow {
  readonly id: number;
  readonly run: number;
  readonly path: string;
  readonly request: number;
  readonly at: number;
  readonly tenant: string;
  readonly run_id: string;
  readonly workflow: string;
}

/** Whether a run has rows. */
export async function hasRequests(database: Database, run: number): Promise<boolean> {
  return (await database.get("SELECT 1 FROM requests WHERE run = $1 LIMIT 1", run)) !== undefined;
}

const select = `SELECT requests.id, requests.run, requests.seq, requests.path, requests.request, requests.at,
    runs.tenant, runs.run_id, runs.workflow, records.version, records.body, records.checksum
  FROM requests JOIN runs ON runs.id = requests.run
  JOIN records ON records.run = requests.run AND records.seq = requests.seq
  WHERE NOT EXISTS (
    SELECT 1 FROM signals
    WHERE signals.run = requests.run AND signals.id = requests.path || '#' || requests.request
  ) AND (requests.at, requests.id) > ($2, $3)`;

/** A page of open requests, and one more if there is one. */
export async function readRequests(
  database: Database,
  { tenant, run, after, count }: { tenant: string; run: number | undefined; after: PageEnd | undefined; count: number },
): Promise<readonly { readonly end: PageEnd; readonly request: OpenRequest }[]> {
  const { at, sequence } = after ?? { at: -1, sequence: -1 };
  const order = "ORDER BY requests.at, requests.id LIMIT $4";
  const rows =
    run === undefined
      ? await database.all<RequestRow>(`${select} AND requests.tenant = $1 ${order}`, tenant, at, sequence, count)
      : await database.all<RequestRow>(`${select} AND requests.run = $1 ${order}`, run, at, sequence, count);
  const found: { readonly end: PageEnd; readonly request: OpenRequest }[] = [];
  for (const row of rows) {
    const values = new BlobRefs(database, row.run);
    await values.load("record", [row.seq, row.seq + 1]);
    const record = readRecord(rowReader(database.url, encoding, row, values), row);
    found.push({ end: { at: row.at, sequence: row.id }, request: openRequestOf(database.url, row, row, record) });
  }
  return found;
}
