import type { Hosting, RunToHost } from "@ice/core";
import { anyRun } from "@ice/core/internal";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetStoreParts } from "./fleet-store.ts";

/** The hosted runs of a fleet. Workers do not use it; it belongs to the contract of stores. */
export function hostingOn({ tables, connection }: FleetStoreParts, tenant: string): Hosting {
  const call = <T>(work: () => T): Promise<T> => connection.call("hosting", work);
  const free = (): readonly FleetRun[] =>
    tables.all().filter((run) => run.isHosted && run.endedAt === undefined && !run.isOwned);
  return {
    adopt: (runId) =>
      call(() => {
        tables.require(tenant, runId).isHosted = true;
      }),
    toContinue: (now, limit) =>
      call(() => {
        const runs = free();
        const suspended = runs.filter(({ recorded }) => recorded === "suspended");
        const chosen: Readonly<Record<RunToHost["why"], readonly FleetRun[]>> = {
          interrupted: runs.filter(({ recorded }) => recorded !== "suspended"),
          due: suspended
            .filter(({ resumeAt = Infinity }) => resumeAt <= now)
            .toSorted((a, b) => a.resumeAt! - b.resumeAt!),
          signalled: suspended.filter(({ signalCount, seen }) => signalCount > seen),
        };
        return Object.entries(chosen).flatMap(([why, found]) =>
          found.slice(0, limit).map(({ head: { tenant: of, runId }, signalCount }) => {
            return { tenant: of, runId, why: why as RunToHost["why"], signals: signalCount };
          }),
        );
      }),
    keepWaiting: ({ runId, signals }) =>
      call(() => {
        const run = tables.require(tenant, runId);
        run.seen = Math.max(run.seen, signals);
      }),
    nextDue: () =>
      call(() => {
        const times = free().flatMap(({ recorded, resumeAt }) => (recorded === "suspended" ? (resumeAt ?? []) : []));
        return times.length === 0 ? undefined : Math.min(...times);
      }),
    watch: (listener) => tables.watchers.add(anyRun, listener),
  };
}
