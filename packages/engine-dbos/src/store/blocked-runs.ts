import type { IceError } from "@ice/core";
import { hideCredentials, listedError } from "@ice/core/internal";
import type { Queries } from "./database.ts";

/** Keeps why a worker could not go on with a run, until another one does. A run that has a living owner by now is left as it is. */
export async function markBlocked(
  queries: Queries,
  { tenant, runId }: { readonly tenant: string; readonly runId: string },
  { code, message }: IceError,
): Promise<void> {
  await queries.run(
    `UPDATE runs SET blocked = $3 WHERE tenant = $1 AND run_id = $2 AND ended_at IS NULL AND blocked IS DISTINCT FROM $3
      AND NOT EXISTS (SELECT 1 FROM owners WHERE owners.id = runs.owner AND lease_until > now())`,
    tenant,
    runId,
    JSON.stringify(listedError({ code, message: hideCredentials(message) })),
  );
}
