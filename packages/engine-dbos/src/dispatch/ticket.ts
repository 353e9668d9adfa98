import type { PlacedJob } from "@ice/core";

/**
 * The protocol between those who hand runs on and workers. A ticket says that a worker should go on with a run; it is a workflow of DBOS
 * without steps. The worker that takes it opens the run in the store, so a ticket that is lost, doubled or late does no harm. A job is one attempt
 * of a node that a worker executes for the owner of a run; its outcome stands in `outcomes`.
 */

/** Names of the workflows that workers register with DBOS. */
export const [ticketWorkflow, jobWorkflow] = ["ice.run", "ice.job"] as const;

/** Version of the protocol. Only tickets of the same version are taken, so another value would strand those of an earlier ice. */
export const protocol = "ice-1";

/** The name under which everything of ice stands in the tables of DBOS. */
export const application = "ice";

/** States of entries that have not ended, in SQL. */
export const openStates = "('ENQUEUED', 'DELAYED', 'PENDING')";

/** How often a queue is asked for work, in milliseconds. */
export const pollMs = 200;

/** Id of the ticket for the first owner of a run. @param row - the number of the run. */
export const firstTicket = (row: number): string => `${row}@1`;

/**
 * Id of a ticket for the next owner of a run. One that ended without the run being opened does not come back, so there may be several.
 *
 * @param run - its number, and the epoch of its last owner.
 * @param last - id of its last ticket.
 */
export function nextTicket({ id, epoch }: { readonly id: number; readonly epoch: number }, last: string): string {
  const first = `${id}@${epoch + 1}`;
  if (last === first) return `${first}.1`;
  return last.startsWith(`${first}.`) ? `${first}.${Number(last.slice(first.length + 1)) + 1}` : first;
}

/** Id of the ticket before one that did not let the run be opened either; undefined if there was none. */
export function earlierTicket(id: string): string | undefined {
  const [, first, count] = /^(.+@\d+)\.(\d+)$/.exec(id) ?? [];
  if (first === undefined) return undefined;
  return count === "1" ? first : `${first}.${Number(count) - 1}`;
}

/** Id of an attempt. @param row - the number of the run. */
export const jobId = (
  row: number,
  { path, attempt, repetition }: Pick<PlacedJob, "path" | "attempt" | "repetition">,
): string => `${row}:${path}:${attempt}${repetition === undefined ? "" : `:${repetition}`}`;

/** The number of the run that a ticket or job belongs to. */
export const rowOf = (id: string): number => Number.parseInt(id, 10);
