import {
  IceError,
  type Clock,
  type EnqueueOptions,
  type HandOnOptions,
  type NewRun,
  type PlacedResult,
  type RunDispatcher,
} from "@ice/core";
import type { AwaitedOutcomes } from "../../../src/dispatch/awaited-outcomes.ts";
import { cancelled, decodeOutcome } from "../../../src/dispatch/job-outcome.ts";
import type { Placement } from "../../../src/dispatch/placement.ts";
import { jobId } from "../../../src/dispatch/ticket.ts";
import { untilAvailable } from "../../../src/dispatch/until-available.ts";
import type { Connection } from "./connection.ts";
import type { FleetOwnership } from "./fleet-ownership.ts";
import type { FleetTables } from "./fleet-tables.ts";

export interface FleetDispatch {
  readonly tables: FleetTables;
  readonly connection: Connection;
  readonly ownership: FleetOwnership;
  readonly placement: Placement;
  readonly outcomes: AwaitedOutcomes;
  readonly clock: Clock;
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
    workersOf: (runId, attempts) =>
      connection.call("workersOf", () => {
        const { sequence: row } = tables.require(tenant, runId);
        return attempts.map((attempt) => tables.queues.entries.get(jobId(row, attempt))?.executor);
      }),
    place: (...job) => place(dispatch, tenant, ...job),
  };
}

async function place(
  { tables, connection, outcomes, clock }: FleetDispatch,
  tenant: string,
  ...[job, signal, listener]: Parameters<RunDispatcher["place"]>
): Promise<PlacedResult> {
  const add = async (): Promise<{ readonly id: string; readonly row: number }> => {
    const { sequence: row } = await connection.call("find", () => tables.require(tenant, job.runId));
    const id = jobId(row, job);
    await connection.call("place", () => {
      const argument = { ...job, tenant, row };
      tables.observer.onPlaced(id, job);
      tables.queues.add(id, { queue: job.requires.join("+"), argument });
    });
    return { id, row };
  };
  const isAway = (error: unknown): boolean => IceError.is(error) && error.code === "ICE_STORE_UNAVAILABLE";
  const adding = untilAvailable(add, { isAway, signal, timers: clock });
  const cancel = async (): Promise<void> => {
    const { id, row } = await adding;
    // The outcome that is written first counts.
    await connection.call("cancel", () => {
      tables.putOutcome({ job: id, row, body: cancelled });
      tables.queues.end([id], "CANCELLED");
    });
  };
  const onAbort = (): void => void cancel().catch(() => {});
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const { id } = await adding;
    return await outcomes.of(id, listener);
  } catch (error) {
    if (signal.aborted) return decodeOutcome(cancelled);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
