import type { FleetRun } from "./fleet-run.ts";
import type { FleetTables } from "./fleet-tables.ts";

/** Resolves when every run has ended, or waits for something that does not happen by itself. */
export function untilRest(tables: FleetTables): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!tables.all().every((run) => waitsOnly(tables, run))) return;
      tables.onChange = () => {};
      resolve();
    };
    tables.onChange = look;
    look();
  });
}

/** Whether a run has ended, or waits for people, signals or a time that has not come. */
function waitsOnly({ queues, clock }: FleetTables, run: FleetRun): boolean {
  if (run.endedAt !== undefined) return true;
  const { status, signals, seen, woken, epoch, resume_at: resumeAt } = run.row;
  if (status !== "suspended" || run.isOwned || queues.hasTicket(run.sequence)) return false;
  return signals <= seen && woken !== epoch && (resumeAt === null || resumeAt > clock.now());
}
