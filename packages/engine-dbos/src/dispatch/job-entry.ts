import type { PlacedJob } from "@ice/core";
import { putBlobs } from "../store/blobs.ts";
import type { Queries } from "../store/database.ts";
import { encoding } from "../store/digests.ts";

/** Identifies a job. */
export interface JobKey {
  readonly job: string;
  /** The number of its run. */
  readonly row: number;
}

/** What stands in a queue for a job. */
export interface JobEntry {
  readonly tenant: string;
  /** The number of its run. */
  readonly row: number;
  /** The names that make its queue. */
  readonly requires: readonly string[];
  /** JSON of `{ job }`, or of `{}` if that is over 32 KiB: then the job is a large value. */
  readonly body: string;
  /** Of the large value. */
  readonly hash?: string | undefined;
}

/** A job as it was read. */
export interface StoredJob {
  readonly entry: JobEntry;
  /** Undefined if it is missing. */
  readonly content: Uint8Array | undefined;
}

/**
 * In a transaction: what is put into the queue. A large job is kept beside it until it has an outcome or its run is deleted.
 *
 * @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`.
 */
export async function storeJob(
  queries: Queries,
  tenant: string,
  { job: id, row }: JobKey,
  job: PlacedJob,
): Promise<JobEntry> {
  const { body, blobs } = encoding.encode({ job }, ["job"]);
  await putBlobs(queries, blobs);
  for (const { hash } of blobs)
    await queries.run(
      `INSERT INTO blob_refs (run, source, seq, pointer, hash)
        SELECT $1::bigint, 'job', 0, $2::text, $3::text WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE job = $2::text)
        ON CONFLICT DO NOTHING`,
      row,
      id,
      hash,
    );
  return { tenant, row, requires: job.requires, body, hash: blobs[0]?.hash };
}

/** Reads what a job needs. */
export async function readJob(queries: Queries, entry: JobEntry): Promise<StoredJob> {
  if (entry.hash === undefined) return { entry, content: undefined };
  const sql = "SELECT content FROM blobs WHERE hash = $1";
  return { entry, content: (await queries.get<{ content: Uint8Array }>(sql, entry.hash))?.content };
}

/** @param store - address, for errors. @throws IceError `ICE_STORE_CORRUPT`. */
export function decodeJob({ entry: { body, hash }, content }: StoredJob, store: string): PlacedJob {
  if (hash === undefined) return (JSON.parse(body) as { readonly job: PlacedJob }).job;
  return encoding.decodeBlob(content, hash, store) as unknown as PlacedJob;
}
