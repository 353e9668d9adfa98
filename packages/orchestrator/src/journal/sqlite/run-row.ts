import { runNotFound } from "@ice/core";
import type { Database } from "./database.ts";

/** The row of a run, joined with the row of its owner, if any. */
export interface RunRow {
  /** Refers to the run in other tables. */
  readonly id: number;
  readonly tenant: string;
  readonly run_id: string;
  readonly workflow: string;
  readonly version: string;
  /** As of the last record: `running` does not imply that its owner is alive. */
  readonly status: string;
  readonly started_at: number;
  readonly updated_at: number;
  readonly ended_at: number | null;
  /** Of a suspended run: when something in it goes on by itself. */
  readonly resume_at: number | null;
  /** Number of records, including the head. */
  readonly records: number;
  readonly signals: number;
  /** How many signals it had when it was suspended, or that its host has looked at. */
  readonly seen: number;
  /** How many nodes have ended; null for a run of an older ice. */
  readonly nodes: number | null;
  /** Why it failed or was cancelled, as JSON. */
  readonly failure: string | null;
  readonly created_by: string | null;
  readonly request_hash: string | null;
  /** 1 if a host continues it. */
  readonly hosted: number;
  readonly epoch: number;
  readonly owner: string | null;
  readonly cancel: string | null;
  /** Null until the row in `origins` is added to a run of an older ice. */
  readonly kind: string | null;
  readonly started_by: string | null;
  readonly path: string | null;
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
