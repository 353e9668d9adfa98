import { runsQueue } from "@ice/core/internal";
import type { Connected, Database, Queries } from "../store/database.ts";
import type { RunRow } from "../store/run-row.ts";
import { hurryQueue } from "./hurry-queue.ts";
import type { Queues } from "./queues.ts";
import { earlierTicket, firstTicket, nextTicket } from "./ticket.ts";

/**
 * Makes a ticket for a run that no process owns, in a transaction that has locked it.
 *
 * @param delayMs - when it may be taken at the earliest; 0: at once.
 */
export async function handOnIn(queues: Queues, queries: Connected, row: RunRow, delayMs = 0): Promise<void> {
  await queues.ensure(runsQueue);
  const isNow = delayMs <= 0;
  const known = row.ticket ?? firstTicket(row.id);
  const state = await queues.stateOf(queries, known);
  const isThere = state === "ENQUEUED" || state === "DELAYED";
  if (state === "DELAYED") await queues.hurry(queries, known, Math.max(0, delayMs));
  const id = isThere ? known : nextTicket(row, known);
  const sql = "UPDATE runs SET ticket = $2, queue = CASE WHEN $3 THEN $4 ELSE queue END WHERE id = $1";
  await queries.run(sql, row.id, id, isNow, runsQueue);
  if (isThere) return;
  const { tenant, run_id: runId, priority } = row;
  await queues.add(queries.client, { id, queue: runsQueue, tenant, priority, delayMs, argument: { tenant, runId } });
  // A run that no worker can go on with gets a ticket every half minute.
  const earlier = earlierTicket(known);
  if (earlier !== undefined) await queues.forget(queries, earlier);
}

/** A suspended run that workers care for goes on when it gets a signal. */
export async function handOnSignalled(queues: Queues, queries: Connected, row: RunRow): Promise<void> {
  if (row.hosted === 1 && row.status === "suspended" && !row.alive) await handOnIn(queues, queries, row);
}

/** The same after its commit: a worker takes it at once. */
export async function hurrySignalled(database: Database, { hosted, status }: RunRow): Promise<void> {
  if (hosted === 1 && status === "suspended") await hurryQueue(database, runsQueue);
}

/** A run that is owned notices only after its release that it was asked to go on. */
export async function wakeLater(queries: Queries, { id, epoch }: RunRow): Promise<void> {
  await queries.run("UPDATE runs SET woken = $2 WHERE id = $1", id, epoch);
}

/** What decides whether a run that was released goes on. */
export type ReleasedRun = Pick<
  RunRow,
  "status" | "signals" | "seen" | "woken" | "epoch" | "ended_at" | "hosted" | "resume_at"
>;

/** Whether a run that was released waits for something that has not happened yet. */
const waits = ({ status, signals, seen, woken, epoch }: ReleasedRun): boolean =>
  status === "suspended" && signals <= seen && woken !== epoch;

/**
 * When a run goes on that a worker has released, in milliseconds from now: at once if it was interrupted or does not know of something that
 * has happened, later if it waits for a time. Undefined: it has ended, someone owns it, no worker cares for it, or it waits for others.
 */
export function goesOnIn(row: ReleasedRun, isOwned: boolean, now: number): number | undefined {
  if (row.ended_at !== null || isOwned || row.hosted === 0) return undefined;
  if (!waits(row)) return 0;
  return row.resume_at === null ? undefined : Math.max(1, row.resume_at - now);
}
