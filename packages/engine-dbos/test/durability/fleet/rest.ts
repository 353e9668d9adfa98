import type { FleetRun } from "./fleet-run.ts";
import type { FleetTables } from "./fleet-tables.ts";

/** Whether a run has ended, or waits for people, signals or a time that has not come. */
export function waitsOnly({ queues, clock }: FleetTables, run: FleetRun): boolean {
  if (run.endedAt !== undefined) return true;
  const { status, signals, seen, woken, epoch, resume_at: resumeAt } = run.row;
  if (status !== "suspended" || run.isOwned || queues.hasTicket(run.sequence)) return false;
  return signals <= seen && woken !== epoch && (resumeAt === null || resumeAt > clock.now());
}
