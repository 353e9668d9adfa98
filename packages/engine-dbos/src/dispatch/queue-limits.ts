import { IceError } from "@ice/core";
import { isRequirement, maxRequiredTogether, runsQueue, shorten } from "@ice/core/internal";
import type { WorkflowQueue } from "@dbos-inc/dbos-sdk";
import type { QueueParameters } from "@dbos-inc/dbos-sdk/internal/wfqueue";
import type { QueueChanges, QueueInfo, QueueLimits } from "./queue-info.ts";
import { pollMs } from "./ticket.ts";

/** Per-tenant limits make DBOS serve tenants in turn, so there always is one. */
export const noLimit = 1_000_000;

type Limit = "concurrency" | "workerConcurrency" | "partitionConcurrency" | "rateLimit";
type LimitedQueue = { readonly [Name in Limit]?: WorkflowQueue[Name] | undefined };

/** What DBOS calls them. The total must not be exceeded by others. */
export const parametersOf = ({ total, perWorker, perTenant = noLimit, rate }: QueueLimits): QueueParameters => ({
  ...(total !== undefined && { globalConcurrency: total }),
  ...(perWorker !== undefined && { workerConcurrency: Math.min(perWorker, total ?? perWorker) }),
  partitionConcurrency: Math.min(perTenant, total ?? perTenant),
  ...(rate !== undefined && { rateLimit: { limitPerPeriod: rate.count, periodSec: rate.seconds } }),
  minPollingIntervalMs: pollMs,
});

/** The limits of a queue as they were set. One of a tenant that is as high as the total limits nothing: it follows the total. */
export const limitsOf = (queue: LimitedQueue): QueueLimits => ({
  total: queue.concurrency,
  perWorker: queue.workerConcurrency,
  perTenant: [noLimit, queue.concurrency].includes(queue.partitionConcurrency) ? undefined : queue.partitionConcurrency,
  rate: queue.rateLimit && { count: queue.rateLimit.limitPerPeriod, seconds: queue.rateLimit.periodSec },
});

/**
 * The queue of runs, and every other that has a limit or is not empty, by their names.
 *
 * @param queues - as DBOS keeps them.
 * @param counts - of the queues that are not empty.
 */
export function queueInfos(
  queues: readonly (LimitedQueue & { readonly name: string })[],
  counts: readonly Pick<QueueInfo, "name" | "queued" | "running">[],
): readonly QueueInfo[] {
  const infos = new Map<string, QueueInfo>([[runsQueue, { name: runsQueue, queued: 0, running: 0 }]]);
  for (const { name, ...queue } of queues) infos.set(name, { name, ...limitsOf(queue), queued: 0, running: 0 });
  for (const count of counts) infos.set(count.name, { ...infos.get(count.name), ...count });
  return [...infos.values()].filter(isListed).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const isListed = ({ name, ...known }: QueueInfo): boolean =>
  name === runsQueue || Object.values(known).some((value) => value !== undefined && value !== 0);

/** The limits of a queue after a change. */
export function changedLimits(limits: QueueLimits, changes: QueueChanges): QueueLimits {
  const given = Object.entries(changes).filter(([, limit]) => limit !== undefined);
  return { ...limits, ...Object.fromEntries(given.map(([name, limit]) => [name, limit ?? undefined])) };
}

/** A week. */
const maxSeconds = 604_800;

/** Whether nodes can require these together: sorted, without repetitions. */
const canBeRequired = (names: readonly string[]): boolean =>
  names.length <= maxRequiredTogether &&
  names.every((name, at) => isRequirement(name) && (at === 0 || name > names[at - 1]!));

/**
 * @throws IceError `ICE_USAGE` for a name that no requirement makes, for limits that are not positive, and for limits of the queue of
 * runs that let workers get in each other's way.
 */
export function checkQueue(name: string, { total, perWorker, perTenant, rate }: QueueChanges): void {
  const counts = { total, perWorker, perTenant, rate: rate?.count };
  for (const [limit, count] of Object.entries(counts))
    if (count != null && !(Number.isSafeInteger(count) && count >= 1 && count < noLimit))
      throw new IceError("ICE_USAGE", `${String(count)} is no limit for \`${limit}\` of a queue.`, {
        fix: `use a whole number from 1 to ${noLimit - 1}`,
      });
  if (rate != null && !(rate.seconds >= 0.001 && rate.seconds <= maxSeconds))
    throw new IceError("ICE_USAGE", `A rate is a number of entries within 0.001 to ${maxSeconds} seconds.`);
  if (name !== runsQueue && !canBeRequired(name.split("+")))
    throw new IceError("ICE_USAGE", `"${shorten(name)}" is not a queue.`, {
      fix: `write ${runsQueue}, or what nodes require, ${maxRequiredTogether} names at most, in order: gpu, browser+gpu`,
    });
  if (name === runsQueue && (total != null || rate != null))
    throw new IceError("ICE_USAGE", "Runs are limited per worker and per tenant, not in total and not by a rate.", {
      fix: "use --per-worker or --per-tenant; every worker would wait for the others otherwise",
    });
}
