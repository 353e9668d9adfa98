import { runNotFound } from "@ice/core";
import type { RunColumns } from "@ice/core/internal";
import type { Queries } from "./database.ts";

/** The row of a run, joined with the row of its owner, if any. */
export interface RunRow extends RunColumns {
  /** Refers to the run in other tables. */
  readonly id: number;
  /** How many signals it had when it was suspended, or that its host has looked at. */
  readonly seen: number;
  /** 0: it waits for its first owner. */
  readonly epoch: number;
  readonly owner: string | null;
  readonly queue: string | null;
  readonly priority: number;
  /** The entry in the queue of runs that was added last; null: the first one, if any. */
  readonly ticket: string | null;
  /** The epoch in which it was asked to go on although it was owned; 0: none. */
  readonly woken: number;
  /** Owners in a row that were lost without the end of any node. */
  readonly takeovers: number;
  readonly host: string | null;
  readonly pid: number | null;
  /** See `LocalProcesses`. */
  readonly process: string | null;
  /** Whether the owner has renewed its lease, by the clock of the database. */
  readonly alive: boolean;
}

// A suspended run that has not seen its last signal is about to be queued, so it does not wait for people any more.
const queue = `CASE WHEN runs.status = 'suspended' AND runs.hosted = 1 AND (runs.signals > runs.seen OR runs.woken = runs.epoch)
    THEN coalesce(runs.queue, 'runs') ELSE runs.queue END`;

const columns = `runs.id, runs.tenant, runs.run_id, runs.workflow, runs.version, runs.status, runs.started_at, runs.updated_at,
  runs.ended_at, runs.resume_at, runs.records, runs.signals, runs.seen, runs.nodes, runs.failure, runs.blocked, runs.epoch, runs.owner, runs.cancel, ${queue} AS queue, runs.priority, runs.ticket, runs.woken, runs.takeovers, runs.hosted,
  runs.kind, runs.created_by, runs.request_hash, runs.started_by, runs.started_path AS path`;

export const selectRuns = `SELECT ${columns}, owners.host, owners.pid, owners.process, coalesce(owners.lease_until > now(), false) AS alive
  FROM runs LEFT JOIN owners ON owners.id = runs.owner`;

/** The row of a run, and how many rows it has in other tables at the same moment. */
export type CountedRow = RunRow & { readonly record_rows: number; readonly signal_rows: number };

const selectCounted = `SELECT one.*, (SELECT count(*) FROM records WHERE run = one.id) AS record_rows,
    (SELECT count(*) FROM signals WHERE run = one.id) AS signal_rows
  FROM (${selectRuns} WHERE runs.tenant = $1 AND runs.run_id = $2) AS one`;

export const findRun = (queries: Queries, tenant: string, runId: string): Promise<RunRow | undefined> =>
  queries.get<RunRow>(`${selectRuns} WHERE runs.tenant = $1 AND runs.run_id = $2`, tenant, runId);

/** @throws IceError `ICE_RUN_NOT_FOUND`. */
export async function requireRun(queries: Queries, tenant: string, runId: string): Promise<RunRow> {
  const row = await findRun(queries, tenant, runId);
  if (row === undefined) throw runNotFound(runId);
  return row;
}

/** The same, and no one else changes the row until the transaction ends. */
export async function lockRun(queries: Queries, tenant: string, runId: string): Promise<RunRow> {
  const row = await queries.get<RunRow>(
    `${selectRuns} WHERE runs.tenant = $1 AND runs.run_id = $2 FOR UPDATE OF runs`,
    tenant,
    runId,
  );
  if (row === undefined) throw runNotFound(runId);
  return row;
}

/** @throws IceError `ICE_RUN_NOT_FOUND`. */
export async function requireCounted(queries: Queries, tenant: string, runId: string): Promise<CountedRow> {
  const row = await queries.get<CountedRow>(selectCounted, tenant, runId);
  if (row === undefined) throw runNotFound(runId);
  return row;
}

/**
 * Keeps the first request to cancel a run that is owned. From then on it is interrupted and not suspended: its next owner cancels it.
 *
 * @returns undefined if its owner has changed since the row was read.
 */
export function keepCancel(
  queries: Queries,
  { id, epoch, owner }: RunRow,
  reason: string,
): Promise<Pick<RunRow, "signals" | "cancel"> | undefined> {
  const status = "CASE status WHEN 'suspended' THEN 'interrupted' ELSE status END";
  const sql = `UPDATE runs SET cancel = coalesce(cancel, $4), status = ${status}
    WHERE id = $1 AND epoch = $2 AND owner = $3 RETURNING signals, cancel`;
  return queries.get(sql, id, epoch, owner, reason);
}
