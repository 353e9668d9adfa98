import type { Database } from "./database.ts";
import type { RunRow } from "./run-row.ts";

/** Begins the next epoch of a run. @returns whether it is owned now; false if it has changed since its row was read. */
export function takeRun(
  database: Database,
  owner: string,
  { id, epoch, records, signals }: Pick<RunRow, "id" | "epoch" | "records" | "signals">,
): Promise<boolean> {
  return database.transact(async (queries, attempt) => {
    const changed = await queries.run(
      `UPDATE runs SET epoch = epoch + 1, owner = $1, queue = NULL, blocked = NULL, taken_at = now()
        WHERE id = $2 AND epoch = $3 AND records = $4 AND signals = $5`,
      owner,
      id,
      epoch,
      records,
      signals,
    );
    if (changed > 0 || attempt === 0) return changed > 0;
    // The answer to an earlier attempt may have been lost.
    const sql = "SELECT 1 FROM runs WHERE id = $1 AND epoch = $2 AND owner = $3";
    return (await queries.get(sql, id, epoch + 1, owner)) !== undefined;
  });
}
