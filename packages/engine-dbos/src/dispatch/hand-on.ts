import type { Connected, Queries } from "../store/database.ts";
import type { RunRow } from "../store/run-row.ts";
import type { Queues } from "./queues.ts";
import { runsQueue, ticketId } from "./ticket.ts";

/** What is to be done when a transaction has been committed. */
export type Afterwards = () => Promise<void>;

/**
 * Makes a ticket for a run that no process owns, in a transaction that has locked it.
 *
 * @param delayMs - when it may be taken at the earliest; 0: at once.
 */
export async function handOnIn(queues: Queues, queries: Connected, row: RunRow, delayMs = 0): Promise<Afterwards> {
  await queues.ensure(runsQueue);
  if (delayMs <= 0) await queries.run("UPDATE runs SET queue = $2 WHERE id = $1", row.id, runsQueue);
  const { id, delayed } = await freeTicket(queues, queries, row);
  if (delayed !== undefined && delayMs <= 0) return () => queues.hurry(delayed);
  if (id === undefined) return nothing;
  const { tenant, run_id: runId, priority } = row;
  await queues.add(queries.client, { id, queue: runsQueue, tenant, priority, delayMs, argument: { tenant, runId } });
  return nothing;
}

/** A suspended run that workers care for goes on when it gets a signal. */
export async function handOnSignalled(
  queues: Queues,
  queries: Connected,
  row: RunRow,
): Promise<Afterwards | undefined> {
  return row.hosted === 1 && row.status === "suspended" && !row.alive ? handOnIn(queues, queries, row) : undefined;
}

const nothing = async (): Promise<void> => {};

/** The id of a new ticket, unless one is there already. One that ended without the run being opened does not come back. */
async function freeTicket(
  queues: Queues,
  queries: Queries,
  { id: row, epoch }: RunRow,
): Promise<{ readonly id?: string; readonly delayed?: string }> {
  const first = ticketId(row, epoch);
  for (let [id, more] = [first, 0]; ; id = `${first}.${(more += 1)}`) {
    const state = await queues.stateOf(queries, id);
    if (state === undefined) return { id };
    if (state === "DELAYED") return { delayed: id };
    if (state === "ENQUEUED") return {};
  }
}
