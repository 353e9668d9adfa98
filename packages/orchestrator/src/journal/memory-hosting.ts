import type { Hosting, RunToHost } from "@ice/core";
import type { MemoryRun } from "@ice/core/internal";

export interface MemoryHostingOptions {
  /** @throws IceError if the store is closed. */
  readonly assertOpen: () => void;
  /** A run of the store's tenant. @throws IceError `ICE_RUN_NOT_FOUND`. */
  readonly require: (runId: string) => MemoryRun;
  /** The runs of all tenants. */
  readonly all: () => Iterable<MemoryRun>;
  readonly watch: (listener: () => void) => () => void;
}

/** The hosted runs of a store in memory. Only this process can own one, so none is interrupted unless it was released. */
export function createMemoryHosting({ assertOpen, require, all, watch }: MemoryHostingOptions): Hosting {
  const free = (): readonly MemoryRun[] => {
    assertOpen();
    return [...all()].filter(
      ({ isHosted, endedAt, owner }) => isHosted && endedAt === undefined && owner === undefined,
    );
  };
  return {
    async adopt(runId) {
      require(runId).isHosted = true;
    },
    async toContinue(now, limit) {
      const runs = free();
      const suspended = runs.filter(({ status }) => status === "suspended");
      const chosen: Readonly<Record<RunToHost["why"], readonly MemoryRun[]>> = {
        interrupted: runs.filter(({ status }) => status !== "suspended"),
        due: suspended
          .filter(({ resumeAt = Infinity }) => resumeAt <= now)
          .toSorted((a, b) => a.resumeAt! - b.resumeAt!),
        signalled: suspended.filter(({ signalCount, seen }) => signalCount > seen),
      };
      return Object.entries(chosen).flatMap(([why, found]) =>
        found.slice(0, limit).map(({ head: { tenant, runId }, signalCount }) => ({
          tenant,
          runId,
          why: why as RunToHost["why"],
          signals: signalCount,
        })),
      );
    },
    async keepWaiting({ runId, signals }) {
      const run = require(runId);
      run.seen = Math.max(run.seen, signals);
    },
    async nextDue() {
      const times = free().flatMap(({ status, resumeAt }) => (status === "suspended" ? (resumeAt ?? []) : []));
      return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
    },
    watch,
  };
}
