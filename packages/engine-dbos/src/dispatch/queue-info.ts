/** Limits of a queue. Absent: there is none. */
export interface QueueLimits {
  /** Entries that run at a time in all workers. */
  readonly total?: number | undefined;
  /** In one worker. */
  readonly perWorker?: number | undefined;
  /** Of one tenant. */
  readonly perTenant?: number | undefined;
  /** Entries that begin within a time. */
  readonly rate?: { readonly count: number; readonly seconds: number } | undefined;
}

/** Changes of limits. Null removes one; one that is absent or undefined stays as it is. */
export type QueueChanges = { readonly [Limit in keyof QueueLimits]?: QueueLimits[Limit] | null };

/** A queue with its limits and how full it is. */
export interface QueueInfo extends QueueLimits {
  readonly name: string;
  readonly queued: number;
  readonly running: number;
}
