import type { RunStore } from "@ice/core";
import { jobWorkflow } from "../dispatch/ticket.ts";
import { dispatchOf } from "../dispatch/dispatch-of.ts";
import { workerOf } from "./worker-row.ts";

/** A living worker. */
export interface WorkerInfo {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly provides: readonly string[];
  /** Runs that it executes. */
  readonly runs: number;
  /** Nodes of other runs that it executes. */
  readonly jobs: number;
}

/** The living workers of a store on Postgres. @throws IceError `ICE_USAGE` for another store, `ICE_STORE_*`. */
export async function listWorkers(store: RunStore): Promise<readonly WorkerInfo[]> {
  const { database, queues } = dispatchOf(store);
  await queues.open();
  const rows = await database.all<Omit<WorkerInfo, "provides"> & { readonly worker: unknown }>(
    `SELECT id, host, pid, worker, (SELECT count(*) FROM runs WHERE runs.owner = owners.id) AS runs,
        (SELECT count(*) FROM ${queues.schema}.workflow_status
          WHERE executor_id = owners.id AND status = 'PENDING' AND name = $1) AS jobs
      FROM owners WHERE worker IS NOT NULL AND lease_until > now() ORDER BY id`,
    jobWorkflow,
  );
  return rows.map(({ worker, id, host, pid, runs, jobs }) => ({
    id,
    host,
    pid,
    provides: workerOf(worker).provides,
    runs,
    jobs,
  }));
}
