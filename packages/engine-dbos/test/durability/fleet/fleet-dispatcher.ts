import type { EnqueueOptions, HandOnOptions, NewRun, PlacedJob, PlacedOutcome, RunDispatcher } from "@ice/core";
import type { AwaitedOutcomes } from "../../../src/dispatch/awaited-outcomes.ts";
import { cancelled } from "../../../src/dispatch/job-outcome.ts";
import type { Placement } from "../../../src/dispatch/placement.ts";
import { jobId } from "../../../src/dispatch/ticket.ts";
import type { Connection } from "./connection.ts";
import type { FleetOwnership } from "./fleet-ownership.ts";
import type { FleetTables } from "./fleet-tables.ts";

export interface FleetDispatch {
  readonly tables: FleetTables;
  readonly connection: Connection;
  readonly ownership: FleetOwnership;
  readonly placement: Placement;
  readonly outcomes: AwaitedOutcomes;
}

/** In place of `PostgresDispatcher` and `placeJob`: the same steps, on the tables of the fleet. */
export function dispatcherOn(dispatch: FleetDispatch, tenant: string): RunDispatcher {
  const { tables, connection, ownership, placement } = dispatch;
  return {
    enqueue: async (run: NewRun, _options?: EnqueueOptions) => {
      await connection.call("enqueue", () => tables.create(tenant, run));
    },
    handOn: (runId: string, options: HandOnOptions = {}) =>
      connection.call("handOn", () => {
        const run = tables.require(tenant, runId);
        const { delayMs = 0, detach = false } = options;
        return tables.handOn(run, { delayMs, detach }, ownership.isOwned(run));
      }),
    executes: (requires) => placement.executes(requires),
    place: (job, signal) => place(dispatch, tenant, job, signal),
  };
}

async function place(
  { tables, connection, outcomes }: FleetDispatch,
  tenant: string,
  job: PlacedJob,
  signal: AbortSignal,
): Promise<PlacedOutcome> {
  const { sequence: row } = await connection.call("find", () => tables.require(tenant, job.runId));
  const id = jobId(row, job);
  await connection.call("place", () => {
    const argument = { ...job, tenant, row };
    tables.observer.onPlaced(id, job);
    tables.queues.add(id, { queue: job.requires.join("+"), argument });
  });
  const cancel = (): void => {
    // The outcome that is written first counts.
    void connection
      .call("cancel", () => {
        tables.putOutcome({ job: id, row, body: cancelled });
        tables.queues.end([id], "CANCELLED");
      })
      .catch(() => {});
  };
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await outcomes.of(id);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
