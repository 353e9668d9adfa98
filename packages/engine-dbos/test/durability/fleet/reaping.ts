import { maxLostOwners, runsQueue } from "@ice/core/internal";
import { lost } from "../../../src/dispatch/job-outcome.ts";
import { rowOf } from "../../../src/dispatch/ticket.ts";
import type { FleetRun } from "./fleet-run.ts";
import type { FleetTables } from "./fleet-tables.ts";

/** How long an entry was taken by one who has left before others look for it, in milliseconds. */
const goneMs = 30_000;

/**
 * In place of `takeBack`: what a worker has taken goes to others.
 *
 * @param body - the outcome of its nodes.
 * @param hopeless - runs that no other worker gets.
 */
export function takeBack(tables: FleetTables, worker: string, body: string, hopeless: readonly FleetRun[] = []): void {
  const { queues } = tables;
  const taken = queues.takenBy(worker);
  const jobs = taken.filter(({ queue }) => queue !== runsQueue).map(({ id }) => id);
  for (const job of jobs) tables.putOutcome({ job, row: rowOf(job), body });
  queues.end(jobs, "CANCELLED");
  const tickets = taken.filter(({ queue }) => queue === runsQueue).map(({ id }) => id);
  queues.giveBack(tickets.filter((id) => !hopeless.some(({ sequence }) => sequence === rowOf(id))));
}

/** In place of the statements of the `Reaper`: replaces owners whose lease has ended. @returns runs that no worker gets any more. */
export function reap(tables: FleetTables, me: string): readonly FleetRun[] {
  const all: FleetRun[] = [];
  for (const [owner, { leaseUntil }] of tables.owners) {
    if (leaseUntil >= tables.clock.now() || owner === me) continue;
    const tickets = tables.queues.takenBy(owner).filter(({ queue }) => queue === runsQueue);
    const runs = tables.countLoss(owner, new Set(tickets.map(({ id }) => rowOf(id))));
    const hopeless = runs.filter(({ takeovers }) => takeovers > maxLostOwners);
    takeBack(tables, owner, lost, hopeless);
    for (const run of runs) if (!hopeless.includes(run)) tables.handOnIn(run);
    tables.owners.delete(owner);
    all.push(...hopeless);
  }
  return all;
}

/** In place of the statements of its sweep: finds what no one goes on with. */
export function sweep(tables: FleetTables): void {
  const { queues, owners, clock } = tables;
  const now = clock.now();
  const taken = [...queues.entries.values()].filter(
    ({ state, updatedAt, executor }) => state === "PENDING" && updatedAt < now - goneMs && !owners.has(executor!),
  );
  for (const worker of new Set(taken.map(({ executor }) => executor!))) takeBack(tables, worker, lost);
  for (const run of tables.all()) {
    if (!run.isHosted || run.endedAt !== undefined || run.isOwned) continue;
    const { status, signals, seen, woken, epoch, resume_at: resumeAt } = run.row;
    const isOver = resumeAt !== null && resumeAt < now - goneMs;
    if (status === "suspended" && signals <= seen && woken !== epoch && !isOver) continue;
    const state = queues.stateOf(run.ticket ?? `${run.sequence}@1`);
    if (state === undefined || state === "SUCCESS" || state === "CANCELLED") tables.handOnIn(run);
  }
}
