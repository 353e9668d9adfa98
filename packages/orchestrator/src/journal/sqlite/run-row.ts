import { runNotFound } from "@ice/core";
import type { RunColumns } from "@ice/core/internal";
import type { Database } from "./database.ts";

/** The row of a run, joined with the row of its owner, if any. */
export interface RunRow extends RunColumns {
  /** Refers to the run in other tables. */
  readonly id: number;
  /** How many signals it had when it was suspended, or that its host has looked at. */
  readonly seen: number;
  readonly epoch: number;
  readonly owner: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly process: string | null;
  readonly lease_ms: number | null;
  readonly lease_until: number | null;
}

export const selectRuns = `SELECT runs.*, kind, started_by, path, host, pid, process, lease_ms, lease_until
  FROM runs LEFT JOIN origins ON origins.run = runs.id LEFT JOIN owners ON owners.id = runs.owner`;

/** @throws IceError `ICE_RUN_NOT_FOUND`. */
export function requireRun(database: Database, tenant: string, runId: string): RunRow {
  const row = findRun(database, tenant, runId);
  if (row === undefined) throw runNotFound(runId);
  return row;
}

export function findRun(database: Database, tenant: string, runId: string): RunRow | undefined {
  return database.get<RunRow>(`${selectRuns} WHERE tenant = ? AND run_id = ?`, tenant, runId);
}

/** Keeps the first request to cancel a run that is owned. From then on it is interrupted and not suspended: its next owner cancels it. */
export function keepCancel(database: Database, { id }: RunRow, reason: string): void {
  const status = "CASE status WHEN 'suspended' THEN 'interrupted' ELSE status END";
  database.run(`UPDATE runs SET cancel = coalesce(cancel, ?), status = ${status} WHERE id = ?`, reason, id);
}
