import type { JournalRecord, RunOwner } from "@ice/core";
import { ownersLost } from "@ice/core/internal";
import type { Dispatch } from "../dispatch/dispatch.ts";
import type { RunRow } from "../store/run-row.ts";
import { takeRun } from "../store/take-run.ts";
import { continueLater } from "./continue-later.ts";

/** The owner of a run that is ended without being opened. */
export const silentOwner: RunOwner = { onSignal() {}, onCancel() {}, onLost() {} };

/** Its only record of this owner. @param takeovers - how many workers have died. @param at - now, in epoch milliseconds. */
export function endUnopened(runId: string, takeovers: number, at: number): JournalRecord {
  const { code, message, fix } = ownersLost(runId, takeovers);
  return { kind: "ended", at, status: "failed", error: { code, message, fix: fix! } }; // it has a fix
}

/**
 * Ends a run whose workers die even if they only open it to end it. Its records, which may be what they die of, are not read; so its usage
 * is found out when its result is.
 */
export async function giveUp(dispatch: Dispatch, row: RunRow): Promise<void> {
  const { store } = dispatch;
  const { id, tenant, run_id: runId, epoch, records, signals, takeovers } = row;
  const { ownership, database, options } = store;
  await ownership.register();
  await ownership.acquire(tenant, runId, async () => {
    if (!(await takeRun(database, ownership.id, row))) return;
    const owned = { row: id, tenant, runId, epoch: epoch + 1, records, signals, asks: true };
    await store.own(owned, silentOwner).append(endUnopened(runId, takeovers, options.clock.now()));
  });
  await continueLater(dispatch, tenant, runId);
}
