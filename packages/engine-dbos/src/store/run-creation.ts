import type { NewRun } from "@ice/core";
import { encodeHead, headVersion, type EncodedBlob } from "@ice/core/internal";
import { putBlobs } from "./blobs.ts";
import type { Queries } from "./database.ts";
import { encoding } from "./digests.ts";

/** Who owns a run from its beginning. */
export interface FirstOwner {
  /** Null: the first worker that takes it. */
  readonly owner: string | null;
  readonly epoch: number;
  /** The queue in which it waits. Default: none. */
  readonly queue?: string | undefined;
  readonly priority?: number | undefined;
}

const insert = `WITH r AS (
    INSERT INTO runs (tenant, run_id, workflow, version, status, started_at, updated_at, records, epoch, owner, kind,
      created_by, request_hash, hosted, started_by, started_path, queue, priority)
    VALUES ($1, $2, $3, $4, 'running', $5, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $19, $20)
    ON CONFLICT (tenant, run_id) DO NOTHING RETURNING id
  ), h AS (
    INSERT INTO records (run, seq, version, body, checksum) SELECT id, 0, $14::smallint, $15::text, $16::bigint FROM r
  ), b AS (
    INSERT INTO blob_refs (run, source, seq, pointer, hash)
    SELECT id, 'record', 0, pointer, hash FROM r, unnest($17::text[], $18::text[]) AS ref (pointer, hash)
  )
  SELECT id FROM r`;

/** Creates a run in a transaction. @returns its number; undefined if there is one with its id. */
export type RunInsertion = (queries: Queries, attempt: number) => Promise<number | undefined>;

/**
 * What creates a run with its head.
 *
 * @throws IceError `ICE_OUTPUT_NOT_JSON`, `ICE_STORE_FULL`.
 */
export function runInsertion(tenant: string, run: NewRun, first: FirstOwner): RunInsertion {
  const { runId, workflow, version, startedAt, kind, createdBy, requestHash, hosted, startedBy } = run;
  const { owner, epoch, queue = null, priority = 0 } = first;
  const { body, blobs } = encodeHead(encoding, run, tenant);
  const address = { tenant, runId, source: "record", seq: 0 } as const;
  const values = [
    tenant,
    runId,
    workflow,
    version,
    startedAt,
    epoch,
    owner,
    kind,
    createdBy ?? null,
    requestHash ?? null,
    hosted === true ? 1 : 0,
    startedBy?.runId ?? null,
    startedBy?.path ?? null,
    headVersion,
    body,
    encoding.checksumOf(address, headVersion, body, blobs),
  ];
  return async (queries, attempt) => {
    await putBlobs(queries, blobs);
    const created = await queries.get<{ id: number }>(insert, ...values, ...refsOf(blobs), queue, priority);
    if (created !== undefined || attempt === 0) return created?.id;
    // The answer to an earlier attempt may have been lost.
    const sql = `SELECT id FROM runs WHERE tenant = $1 AND run_id = $2 AND owner IS NOT DISTINCT FROM $3 AND epoch = $4
      AND records = 1 AND started_at = $5`;
    return (await queries.get<{ id: number }>(sql, tenant, runId, owner, epoch, startedAt))?.id;
  };
}

const refsOf = (blobs: readonly EncodedBlob[]): readonly (readonly string[])[] => [
  blobs.map(({ valuePath }) => valuePath),
  blobs.map(({ hash }) => hash),
];
